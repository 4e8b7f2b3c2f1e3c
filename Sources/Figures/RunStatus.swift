import Records

/// The reservations that every title must state.
public struct RunStatus: Sendable, Equatable {
  public let data: DataStatus
  public let selectedOnTest: Bool

  public init(data: DataStatus, selectedOnTest: Bool) {
    self.data = data
    self.selectedOnTest = selectedOnTest
  }

  /// The name of the images that select the epoch.
  public var validationName: String { selectedOnTest ? "test (selected on it)" : "validation" }

  /// `title` with the reservations.
  func qualified(_ title: String) -> String {
    var reservations: [String] = []
    if selectedOnTest { reservations.append("selected on test") }
    reservations += [data.reservation].compactMap { $0 }
    return reservations.isEmpty ? title : title + " — " + reservations.joined(separator: ", ")
  }
}
