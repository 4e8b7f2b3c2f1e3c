import Foundation

/// How long a stage is likely to take: as long as its artefact that has most in common with the one
/// that is due.
public struct Forecast {
  private let project: Project
  private var known: [String: [Manifest]] = [:]

  public init(project: Project) { self.project = project }

  /// The seconds that the most similar run of the stage took; nil where it has never run. Among
  /// equally similar ones those that were not interrupted go first, then the newest.
  public mutating func seconds(for planned: PlannedInstance) -> Double? {
    let ranked = manifests(of: planned.instance.stage.name).map { manifest in
      (manifest, KeyChange.between(manifest.parts, planned.parts).count)
    }
    let best = ranked.min { left, right in
      if left.1 != right.1 { return left.1 < right.1 }
      if left.0.isResumed != right.0.isResumed { return !left.0.isResumed }
      return left.0.created > right.0.created
    }
    return best?.0.seconds
  }

  private mutating func manifests(of stage: String) -> [Manifest] {
    if let manifests = known[stage] { return manifests }
    let manifests = project.entries(of: "data/cache/\(stage)").compactMap { key in
      Manifest(inFolder: project.url(project.artefactPath(stage: stage, key: key)))
    }
    known[stage] = manifests
    return manifests
  }
}
