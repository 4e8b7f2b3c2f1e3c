/// The missing or unreadable parts of a run, one line each.
package struct Remarks {
  private let run: String
  package var lines: [String] = []

  package init(of run: String) { self.run = run }

  /// The value that `body` reads. If it throws, returns nil and adds a remark.
  package mutating func reading<Value>(_ body: () throws -> Value) -> Value? {
    do {
      return try body()
    } catch {
      lines.append("\(run): \(error)")
      return nil
    }
  }
}
