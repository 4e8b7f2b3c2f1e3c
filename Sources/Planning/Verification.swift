import Foundation

/// The comparison of artefacts with their manifests, byte for byte.
public struct Verification {
  private let project: Project

  public init(in project: Project) { self.project = project }

  /// An artefact that has been compared.
  public struct Finding: Sendable {
    public let artefact: Artefact
    /// The run and the step that link to it, `quickstart train`; nil if none does.
    public let user: String?
  }

  /// Checks every artefact that a run links to, or the whole cache.
  ///
  /// - Parameter rereading: Read all bytes, even of files that seem unchanged since the last time.
  public func findings(of run: RunFolder?, rereading: Bool) -> [Finding] {
    var findings: [Finding] = []
    var seen: Set<String> = []
    for folder in run.map({ [$0] }) ?? project.runNames.map({ RunFolder($0, in: project) }) {
      for step in folder.linkedSteps {
        guard let place = folder.linkedPlace(of: step),
          seen.insert("\(place.stage)/\(place.key)").inserted,
          let artefact = project.artefact(
            stage: place.stage, key: place.key, rereading: rereading)
        else { continue }
        findings.append(Finding(artefact: artefact, user: "\(folder.name) \(step)"))
      }
    }
    guard run == nil else { return findings }
    for stage in project.entries(of: "data/cache") {
      for key in project.entries(of: "data/cache/\(stage)")
      where seen.insert("\(stage)/\(key)").inserted {
        guard let artefact = project.artefact(stage: stage, key: key, rereading: rereading) else {
          continue
        }
        findings.append(Finding(artefact: artefact, user: nil))
      }
    }
    return findings
  }
}
