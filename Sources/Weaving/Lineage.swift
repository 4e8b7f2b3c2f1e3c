import Foundation
import Planning

/// Where an artefact comes from: the artefacts that it and those before it read, up to those that read
/// none, as the manifests in the cache have it.
struct Lineage {
  /// One artefact of the chain.
  struct Link {
    /// What is known of it; nil where the cache does not hold it any more.
    let manifest: Manifest?
    let stage: String
    let key: String
    let folder: URL
    /// Who reads which output of it.
    var readers: [String]
  }

  /// Nearest first; an artefact that several read stands once.
  let links: [Link]

  /// - Parameter folder: The folder of an artefact, in the cache or linked from a run.
  /// - Returns: Nil where no manifest lies there.
  init?(ofFolder folder: URL) {
    let start = folder.resolvingSymlinksInPath()
    guard let manifest = Manifest(inFolder: start) else { return nil }
    let cache = start.deletingLastPathComponent().deletingLastPathComponent()
    var links: [Link] = [
      Link(manifest: manifest, stage: manifest.stage, key: manifest.key, folder: start, readers: [])
    ]
    // A key names its inputs' contents, so no artefact can come before itself; a forged manifest that
    // says so ends at the first repetition.
    var index = 0
    while index < links.count {
      let reader = links[index]
      for input in reader.manifest?.inputs ?? [] {
        let words = "\(reader.manifest?.instance ?? reader.stage) (as \(input.name))"
        if let known = links.firstIndex(where: { $0.stage == input.stage && $0.key == input.key }) {
          links[known].readers.append(words)
          continue
        }
        let path = cache.appendingPathComponent(input.stage).appendingPathComponent(input.key)
        links.append(
          Link(
            manifest: Self.isPlain(input.stage) && Self.isPlain(input.key)
              ? Manifest(inFolder: path) : nil,
            stage: input.stage, key: input.key, folder: path, readers: [words]))
      }
      index += 1
    }
    self.links = links
  }

  /// Whether a manifest's word can name a folder of the cache and no other place.
  private static func isPlain(_ name: String) -> Bool {
    !name.isEmpty && !name.contains("/") && !name.hasPrefix(".")
  }
}
