import Foundation
import Planning
import Records

/// The results of a run for comparison: its curves, its metrics and the recipe values
/// that produced them.
///
/// Steps are identified by their outputs `history` and `metrics`, whatever the names of their
/// stages.
public struct RunResults: Sendable {
  /// A recipe value with which a step was run.
  public struct Setting: Sendable, Equatable {
    /// `train.epochs`; `train.epochs (refit)` for a step whose name is not that of its stage.
    public let key: String
    public let value: String
  }

  public let name: String
  /// The network in the recipe, for example `resnet20`.
  public let network: String?
  /// The curves of the first training with validation images, or of the first training if none has
  /// any.
  public let history: TrainingHistory?
  /// Whether a training of the run began with weights from a file, whose history is not known.
  public let startsFromFile: Bool
  /// The seconds of each epoch of `history`; nil if a line is missing.
  public let seconds: [Double]?
  /// The total seconds of all trainings of the run.
  public let trainingSeconds: Double?
  /// The last evaluation on test images, or the last evaluation if there is none on test images.
  public let evaluation: EvaluationReport?
  /// The recipe values by step, in the order in which the steps ran.
  public let settings: [Setting]
  /// The names of the steps, in the same order.
  public let steps: [String]
  /// Missing or unreadable parts, one line each.
  public let remarks: [String]

  /// Reads the valid results of a run.
  public init(_ run: RunFolder, in project: Project) {
    name = run.name
    var remarks = Remarks(of: run.name)
    let linked = LinkedStep.inOrder(of: run, in: project)
    let trainings = linked.compactMap { step -> (LinkedStep, TrainingHistory)? in
      guard let file = step.file(ofOutput: "history") else { return nil }
      return remarks.reading { try TrainingHistory(contentsOf: file) }.map { (step, $0) }
    }
    let shown = trainings.first { $0.1.best != nil } ?? trainings.first
    let timings = trainings.map { step, _ in
      remarks.reading {
        guard let file = step.artefact.record(EpochTimes.fileName) else {
          throw LogError.unreadable(
            file: EpochTimes.fileName, problem: "\(step.name) has none that is as recorded")
        }
        return try EpochTimes(contentsOf: file)
      }
    }
    let evaluations = linked.compactMap { step -> EvaluationReport? in
      guard let file = step.file(ofOutput: "metrics") else { return nil }
      return remarks.reading { try EvaluationReport(contentsOf: file) }
    }

    history = shown?.1
    startsFromFile = trainings.contains {
      $0.0.value(ofKey: "init-from").map { $0 != "null" } ?? false
    }
    let place = trainings.firstIndex { $0.0.name == shown?.0.name }
    let times = place.flatMap { timings[$0] }
    seconds = shown.flatMap { times?.seconds(ofEpochs: $0.1.epochs) }
    let totals = timings.compactMap { $0?.total }
    trainingSeconds = totals.isEmpty ? nil : totals.reduce(0, +)
    evaluation = evaluations.last { $0.isOnTest } ?? evaluations.last
    settings = linked.flatMap(\.settings)
    steps = linked.map(\.name)
    network = shown?.0.value(ofKey: "network")
    remarks.lines += run.linkedSteps.compactMap { name in
      run.linkedArtefact(of: name)?.faults.first.map {
        "\(run.name): \(name) is not valid: \($0)"
      }
    }
    if trainings.isEmpty {
      remarks.lines.append("\(run.name): no valid training, so no curves")
    }
    if evaluations.isEmpty { remarks.lines.append("\(run.name): no valid evaluation") }
    self.remarks = remarks.lines
  }
}

extension RunResults {
  /// The epochs of the history in words, with a note if the weights have an unknown history; nil
  /// without a history.
  public var trainedEpochs: String? {
    history.map { "\($0.epochs.count)" + (startsFromFile ? ", from a file's weights" : "") }
  }
}

/// An artefact to which a run's folder links.
struct LinkedStep: Sendable {
  let name: String
  let artefact: Artefact
  let manifest: Manifest
  var folder: URL { artefact.folder }

  /// The linked steps in the order of the recipe; if the recipe can't be read any more, each step
  /// follows those whose outputs it has read.
  static func inOrder(of run: RunFolder, in project: Project) -> [LinkedStep] {
    let names = (try? project.recipe(for: run.request).steps)
      .flatMap { try? project.graph.steps(for: $0).map(\.name) }
    var waiting = (names ?? run.linkedSteps).compactMap { name -> LinkedStep? in
      guard let artefact = run.linkedArtefact(of: name), let manifest = artefact.validManifest
      else {
        return nil
      }
      return LinkedStep(name: name, artefact: artefact, manifest: manifest)
    }
    var ordered: [LinkedStep] = []
    while let next = waiting.firstIndex(where: { step in
      !waiting.contains { other in
        other.name != step.name
          && step.manifest.inputs.contains { $0.step == other.name }
      }
    }) ?? waiting.indices.first {
      ordered.append(waiting.remove(at: next))
    }
    return ordered
  }

  /// The single file of an output; nil if the artefact has no such output.
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
      // A path is represented by the digest of its contents; twelve digits suffice to distinguish
      // two.
      let isDigest = part.value.hasPrefix("content ") && part.value.count == 72
      return RunResults.Setting(
        key: part.name + suffix, value: isDigest ? String(part.value.prefix(20)) : part.value)
    }
  }
}
