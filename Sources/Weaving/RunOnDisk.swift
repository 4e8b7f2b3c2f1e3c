import Foundation
import Planning

/// A run as its folder records it, even if its recipe has changed since.
struct RunOnDisk {
  let folder: RunFolder
  /// The valid artefacts, in the order in which they were made.
  let steps: [(name: String, manifest: Manifest)]
  let claim: RunClaim

  init(_ folder: RunFolder, in project: Project) {
    self.folder = folder
    steps = folder.linkedSteps.compactMap { name in
      folder.linkedManifest(of: name).map { (name: name, manifest: $0) }
    }.sorted { $0.manifest.created < $1.manifest.created }
    claim = RunClaim(steps: steps, in: project)
  }

  /// When its newest valid result was published, in ISO 8601; empty if there is none.
  var finished: String { claim.manifests.map(\.created).max() ?? "" }
}
