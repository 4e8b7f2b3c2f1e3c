import Recipes

/// The selected steps of a run.
public enum Selection: Sendable, Equatable {
  case all
  case only(String)
  /// The step and all after it, in the order of the steps.
  case from(String)
  /// The step and all before it.
  case until(String)
  /// The steps whose outputs are published.
  case published
  /// The steps whose outputs are not published, and none after the last of them.
  case unpublished

  /// The indices of the selected steps among all steps of a run.
  ///
  /// - Throws: `PlanningError.unknownStep`.
  func indices(among steps: [Step], run: String) throws(PlanningError) -> [Int] {
    let names = steps.map(\.name)
    func index(of name: String) throws(PlanningError) -> Int {
      guard let index = names.firstIndex(of: name) else {
        throw .unknownStep(
          name: name, run: run, suggestion: nearest(to: name, among: names), known: names)
      }
      return index
    }
    switch self {
    case .all: return Array(names.indices)
    case .only(let name): return [try index(of: name)]
    case .from(let name): return Array(try index(of: name)..<names.count)
    case .until(let name): return Array(0...(try index(of: name)))
    case .published:
      return steps.indices.filter { steps[$0].stage.publishingFolder != nil }
    case .unpublished:
      return steps.indices.filter { steps[$0].stage.publishingFolder == nil }
    }
  }
}
