import Foundation
import Planning

/// A run as far as its folder tells, whatever its recipe says now.
struct StandingRun {
  let folder: RunFolder
  /// What stands, in the order in which it came about.
  let instances: [(name: String, manifest: Manifest)]
  let claim: RunClaim

  init(_ folder: RunFolder, in project: Project) {
    self.folder = folder
    instances = folder.linkedInstances.compactMap { name in
      folder.linkedManifest(of: name).map { (name: name, manifest: $0) }
    }.sorted { $0.manifest.created < $1.manifest.created }
    claim = RunClaim(instances: instances, in: project)
  }

  /// When its newest result stood, as ISO 8601; empty where none does.
  var finished: String { claim.manifests.map(\.created).max() ?? "" }
}
