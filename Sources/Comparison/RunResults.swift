import Foundation
import Planning
import Records

/// The results of a run for comparison: its curves, its metrics and the recipe values
/// that produced them.
///
/// Steps are found by what they write, outputs called `history` and `metrics`, whatever their stages
/// are called.
public struct RunResults: Sendable {
  /// A value of the recipe that a step was run with.
  public struct Setting: Sendable, Equatable {
    /// `train.epochs`; for a step not named for its stage `train.epochs (refit)`.
    public let key: String
    public let value: String
  }

  public let name: String
  /// What the recipe says of the network, for example `resnet20`.
  public let network: String?
  /// The curves of the first training that held images out; of the first at all where none did.
  public let history: TrainingHistory?
  /// Whether a training of the run began with the weights of a file, whose own training is not known.
  public let beginsAsFile: Bool
  /// Seconds of each of its epochs; nil if a line is missing.
  public let seconds: [Double]?
  /// Seconds of all trainings of the run.
  public let trainingSeconds: Double?
  /// The last evaluation on test images; the last at all where there is none.
  public let evaluation: EvaluationReport?
  /// By step, in the order in which they ran.
  public let settings: [Setting]
  /// The steps, in that order.
  public let steps: [String]
  /// Missing or unreadable parts, one line each.
  public let remarks: [String]

  /// Reads the valid results of a run.
  public init(_ run: RunFolder, in project: Project) {
    name = run.name
    var remarks = Remarks(of: run.name)
    let instances = LinkedInstance.inOrder(of: run, in: project)
    let trainings = instances.compactMap { instance -> (LinkedInstance, TrainingHistory)? in
      guard let file = instance.file(ofOutput: "history") else { return nil }
      return remarks.reading { try TrainingHistory(contentsOf: file) }.map { (instance, $0) }
    }
    let shown = trainings.first { $0.1.best != nil } ?? trainings.first
    let timings = trainings.map { instance, _ in
      remarks.reading {
        guard let file = instance.artefact.record(EpochTimes.fileName) else {
          throw LogError.unreadable(
            file: EpochTimes.fileName, problem: "\(instance.name) has none that is as recorded")
        }
        return try EpochTimes(contentsOf: file)
      }
    }
    let evaluations = instances.compactMap { instance -> EvaluationReport? in
      guard let file = instance.file(ofOutput: "metrics") else { return nil }
      return remarks.reading { try EvaluationReport(contentsOf: file) }
    }

    history = shown?.1
    beginsAsFile = trainings.contains {
      $0.0.value(ofKey: "init-from").map { $0 != "null" } ?? false
    }
    let place = trainings.firstIndex { $0.0.name == shown?.0.name }
    let times = place.flatMap { timings[$0] }
    seconds = shown.flatMap { times?.seconds(ofEpochs: $0.1.epochs) }
    let totals = timings.compactMap { $0?.total }
    trainingSeconds = totals.isEmpty ? nil : totals.reduce(0, +)
    evaluation = evaluations.last { $0.isOnTest } ?? evaluations.last
    settings = instances.flatMap(\.settings)
    steps = instances.map(\.name)
    network = shown?.0.value(ofKey: "network")
    remarks.lines += run.linkedInstances.compactMap { name in
      run.linkedArtefact(of: name)?.faults.first.map {
        "\(run.name): \(name) is not valid: \($0)"
      }
    }
    if trainings.isEmpty {
      remarks.lines.append("\(run.name): no training stands, so it has no curves")
    }
    if evaluations.isEmpty { remarks.lines.append("\(run.name): no evaluation stands") }
    self.remarks = remarks.lines
  }
}

extension RunResults {
  /// The epochs of the history in words, with what is not known of the weights; nil without a history.
  public var trainedEpochs: String? {
    history.map { "\($0.epochs.count)" + (beginsAsFile ? ", from a file's weights" : "") }
  }
}

/// An artefact to which a run's folder links.
struct LinkedInstance: Sendable {
  let name: String
  let artefact: Artefact
  let manifest: Manifest
  var folder: URL { artefact.folder }

  /// The linked steps in the order of the recipe's steps; where the recipe can't be read any more,
  /// each after those whose outputs it has read.
  static func inOrder(of run: RunFolder, in project: Project) -> [LinkedInstance] {
    let steps = (try? project.recipe(for: run.request).steps)
      .flatMap { try? project.graph.instances(for: $0).map(\.name) }
    var waiting = (steps ?? run.linkedInstances).compactMap { name -> LinkedInstance? in
      guard let artefact = run.linkedArtefact(of: name), let manifest = artefact.standing else {
        return nil
      }
      return LinkedInstance(name: name, artefact: artefact, manifest: manifest)
    }
    var ordered: [LinkedInstance] = []
    while let next = waiting.firstIndex(where: { instance in
      !waiting.contains { other in
        other.name != instance.name
          && instance.manifest.inputs.contains { $0.instance == other.name }
      }
    }) ?? waiting.indices.first {
      ordered.append(waiting.remove(at: next))
    }
    return ordered
  }

  /// The one file of an output; nil if the artefact has no such output.
  func file(ofOutput name: String) -> URL? {
    manifest.outputs.first { $0.name == name }?.files.first.map { folder.appending(path: $0.file) }
  }

  /// The value of the recipe key with this last word; nil if the step reads none.
  func value(ofKey word: String) -> String? {
    manifest.parts.first { $0.kind == .recipe && $0.name.hasSuffix("." + word) }?.value
  }

  var settings: [RunResults.Setting] {
    let suffix = name == manifest.stage ? "" : " (\(name))"
    return manifest.parts.filter { $0.kind == .recipe }.map { part in
      // A path stands as the digest of what lies there; twelve digits tell two apart.
      let isDigest = part.value.hasPrefix("content ") && part.value.count == 72
      return RunResults.Setting(
        key: part.name + suffix, value: isDigest ? String(part.value.prefix(20)) : part.value)
    }
  }
}
