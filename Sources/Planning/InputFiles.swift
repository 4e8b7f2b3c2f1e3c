import Foundation
import TensorFiles

/// The files of other artefacts that a stage reads, with their stamps when it began. They must not
/// change while it runs.
struct InputFiles: Codable {
  private struct File: Codable {
    /// As a path in the project.
    let path: String
    let stamp: FileStamp?
    /// SHA-256 of all bytes; nil if the manifest is of format 1.
    let sha256: String?
  }

  private let files: [File]

  init(readBy inputs: [Manifest.Input], in project: Project) {
    files = inputs.flatMap { input -> [File] in
      guard let artefact = project.artefact(stage: input.stage, key: input.key) else { return [] }
      let output = artefact.validManifest?.outputs.first { $0.name == input.output }
      return (output?.files ?? []).map { file in
        let path = "\(project.artefactPath(stage: input.stage, key: input.key))/\(file.file)"
        return File(
          path: path, stamp: FileStamp(ofFile: project.url(path).path), sha256: file.sha256)
      }
    }
  }

  /// The first changed file, as a path in the project. If only permissions or the link count changed,
  /// the bytes decide.
  func firstChanged(in project: Project) -> String? {
    files.first { file in
      let url = project.url(file.path)
      guard let before = file.stamp, let now = FileStamp(ofFile: url.path) else { return true }
      if before == now { return false }
      guard before.hasSameContentTimes(as: now), let recorded = file.sha256 else { return true }
      return (try? ContentDigest.ofBytes(at: url)) != recorded
    }?.path
  }
}
