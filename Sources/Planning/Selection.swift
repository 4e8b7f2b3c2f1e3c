import Recipes

/// Which instances of a run are asked for.
public enum Selection: Sendable, Equatable {
  case all
  case only(String)
  /// The instance and all after it, in the order of the steps.
  case from(String)
  /// The instance and all before it.
  case until(String)
  /// The instances whose outputs are published.
  case published
  /// The instances whose outputs are not published, and none after the last of them.
  case unpublished

  /// The places of the selected instances among all of a run.
  ///
  /// - Throws: `PlanningError.unknownInstance`.
  func indices(among instances: [Instance], run: String) throws(PlanningError) -> [Int] {
    let names = instances.map(\.name)
    func index(of name: String) throws(PlanningError) -> Int {
      guard let index = names.firstIndex(of: name) else {
        throw .unknownInstance(
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
      return instances.indices.filter { instances[$0].stage.publishingFolder != nil }
    case .unpublished:
      return instances.indices.filter { instances[$0].stage.publishingFolder == nil }
    }
  }
}
