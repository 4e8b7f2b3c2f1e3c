/// The past results that forecasts use, read once for many plans.
public final class ForecastMemory {
  private var manifests: [String: [String: [Manifest]]] = [:]
  private let limit: Int

  /// - Parameter limit: Uses at most this many results per stage and recipe values, newest first.
  public init(limit: Int = .max) { self.limit = limit }

  /// The valid results of a stage that have the recipe values `values`, newest first.
  ///
  /// - Parameter values: The recipe values that a result must have.
  func manifests(
    of stage: StageGraph.Stage, like parts: [KeyPart], in project: Project
  ) -> [Manifest] {
    if manifests[stage.name] == nil {
      let valid = project.entries(of: "data/cache/\(stage.name)").compactMap { key in
        project.artefact(stage: stage.name, key: key)?.validManifest
      }
      manifests[stage.name] = Dictionary(grouping: valid) { Self.likeness(of: $0.parts, stage) }
        .mapValues { Array($0.sorted { $0.created > $1.created }.prefix(limit)) }
    }
    return manifests[stage.name]?[Self.likeness(of: parts, stage)] ?? []
  }

  /// The recipe values that must agree: all, or those that the stage's rule names.
  private static func likeness(of parts: [KeyPart], _ stage: StageGraph.Stage) -> String {
    parts.filter { part in
      guard part.kind == .recipe else { return false }
      guard let same = stage.forecast?.same else { return true }
      return same.contains { part.name == $0 || part.name.hasPrefix($0 + ".") }
    }.map { "\($0.name)=\($0.value)" }.joined(separator: "\n")
  }
}
