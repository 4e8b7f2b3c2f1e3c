import Foundation
import Planning

/// The provenance of an artefact: the artefacts that it and its predecessors read, up to those that
/// read none, according to the manifests in the cache.
struct Lineage {
  /// One artefact of the chain.
  struct Link {
    /// Its manifest; nil if it is no longer in the cache.
    let manifest: Manifest?
    /// Why it is not valid, line by line; empty if it is.
    let faults: [String]
    let stage: String
    let key: String
    let folder: URL
    /// Its readers, and the output that each reads.
    var readers: [String]
  }

  /// Nearest first; an artefact with several readers appears once, after all of them.
  let links: [Link]

  /// - Parameter folder: The folder of an artefact, in the cache or linked from a run.
  /// - Returns: Nil if the folder holds no artefact with a manifest.
  init?(ofFolder folder: URL) {
    let start = folder.resolvingSymlinksInPath()
    guard let artefact = Artefact.around(start), let manifest = artefact.manifest else {
      return nil
    }
    let cache = start.deletingLastPathComponent().deletingLastPathComponent()
    var links: [Link] = [
      Link(
        manifest: manifest, faults: artefact.faults.map(\.description), stage: manifest.stage,
        key: manifest.key, folder: start, readers: [])
    ]
    // A key depends on the contents of the inputs, so no artefact can be its own input. With a
    // forged manifest, the loop ends at the first repetition.
    var index = 0
    while index < links.count {
      let reader = links[index]
      for input in reader.manifest?.inputs ?? [] {
        let words = "\(reader.manifest?.step ?? reader.stage) (as \(input.name))"
        if let known = links.firstIndex(where: { $0.stage == input.stage && $0.key == input.key }) {
          links[known].readers.append(words)
          continue
        }
        let path = cache.appendingPathComponent(input.stage).appendingPathComponent(input.key)
        let producer = Artefact.around(path)
        links.append(
          Link(
            manifest: producer?.manifest, faults: producer?.faults.map(\.description) ?? [],
            stage: input.stage, key: input.key, folder: path, readers: [words]))
      }
      index += 1
    }
    self.links = Self.readersFirst(links)
  }

  /// The links in an order in which each comes after its readers; if a forged manifest makes
  /// two read each other, in the order in which they were found.
  private static func readersFirst(_ links: [Link]) -> [Link] {
    var waiting = links
    var ordered: [Link] = []
    while let next = waiting.firstIndex(where: { link in
      !waiting.contains { other in
        (other.stage, other.key) != (link.stage, link.key)
          && other.manifest?.inputs.contains { $0.stage == link.stage && $0.key == link.key }
            == true
      }
    }) ?? waiting.indices.first {
      ordered.append(waiting.remove(at: next))
    }
    return ordered
  }
}
