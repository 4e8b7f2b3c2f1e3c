import Foundation
import Models
import Planning
import Records
import TensorFiles

/// What a run claims, and the evidence: read from the files of its artefacts, whichever
/// stage wrote them.
///
/// An evaluation is a file `metrics.json`; a training is the artefact with the checkpoint that the
/// evaluation names. Missing facts are nil, and omitted.
struct RunClaim {
  /// A file `metrics.json`: what was evaluated, and the result.
  struct Evaluation {
    let step: String
    let manifest: Manifest
    let metrics: EvaluationReport
    /// Percent.
    let top1: Double
    let checkpoint: String
    let epoch: Int
    let source: String

    /// Nil if the report lacks one of these.
    init?(step: String, manifest: Manifest, metrics: EvaluationReport) {
      guard let top1 = metrics.top1, let checkpoint = metrics.checkpoint,
        let epoch = metrics.epoch, let source = metrics.source
      else { return nil }
      (self.step, self.manifest, self.metrics) = (step, manifest, metrics)
      (self.top1, self.checkpoint, self.epoch, self.source) = (top1, checkpoint, epoch, source)
    }
  }

  /// The artefact whose checkpoint was evaluated.
  struct Training {
    let manifest: Manifest
    let network: String?
    /// The checkpoint.
    let checkpoint: TensorFile
    /// Trainable parameters, without the running statistics of norms.
    let parameterCount: Int
    /// Its inputs, with their numbers of images.
    let imageCounts: [(name: String, count: Int)]
    /// The numbers of the epochs in the history, which start above 1 if the training continued an
    /// earlier one; nil if there is no history.
    let epochs: [Int]?
    /// Epochs up to the checkpoint, including those of a training that it continued; 0 for weights that
    /// no run has trained.
    var epochsBehind: Int { checkpoint.metadata["epoch"].flatMap { Int($0) } ?? 0 }
    /// Whether the validation images were trained on too.
    var trainsOnValidation: Bool {
      epochsBehind > 0 && checkpoint.metadata["trained_on"] == "training-and-validation"
    }
    /// Whether the weights started from a file, so that their earlier training data is not
    /// known.
    var startedFromFile: Bool { CheckpointDescription.startedFromFile(checkpoint.metadata) }

    /// Multiply-adds of one image's forward pass; nil if the network is not
    /// known. Builds the network's plan: cheap enough for one page, not for a list of many runs.
    var multiplyAdds: Int? { CheckpointNetwork.summary(of: checkpoint)?.multiplyAdds }
  }

  /// In the order of the steps.
  let evaluations: [Evaluation]
  let training: Training?
  /// The artefacts of the run, each once.
  let manifests: [Manifest]

  /// The run's last evaluation.
  var result: Evaluation? { evaluations.last }

  /// Total run time of the stages in seconds.
  var seconds: Double { manifests.reduce(0) { $0 + $1.seconds } }

  /// - Parameters:
  ///   - steps: The names of the run's steps and their valid manifests, in order.
  init(steps: [(name: String, manifest: Manifest)], in project: Project) {
    func folder(_ manifest: Manifest) -> URL {
      project.url(project.artefactPath(stage: manifest.stage, key: manifest.key))
    }
    evaluations = steps.compactMap { name, manifest in
      let file = EvaluationReport.fileName
      guard manifest.has(file: file),
        let metrics = try? EvaluationReport(
          contentsOf: folder(manifest).appendingPathComponent(file))
      else { return nil }
      return Evaluation(step: name, manifest: manifest, metrics: metrics)
    }
    var seen: Set<String> = []
    manifests = steps.map(\.manifest).filter { seen.insert($0.stage + $0.key).inserted }
    training = evaluations.last.flatMap { Self.training(for: $0, in: project) }
  }

  private static func training(for evaluation: Evaluation, in project: Project) -> Training? {
    let file = "\(evaluation.checkpoint).safetensors"
    for input in evaluation.manifest.inputs {
      let folder = project.url(project.artefactPath(stage: input.stage, key: input.key))
      guard let manifest = project.artefact(stage: input.stage, key: input.key)?.validManifest,
        manifest.has(file: file),
        let checkpoint = try? TensorFile(contentsOf: folder.appendingPathComponent(file))
      else { continue }
      let trained = checkpoint.names.filter { !$0.contains("running_") }
      let parameterCount = trained.reduce(0) { count, name in
        let shape = (try? checkpoint.shape(of: name)) ?? []
        return count + shape.reduce(1) { $0.multipliedReportingOverflow(by: $1).partialValue }
      }
      return Training(
        manifest: manifest, network: checkpoint.metadata["network"], checkpoint: checkpoint,
        parameterCount: parameterCount, imageCounts: imageCounts(readBy: manifest, in: project),
        epochs: epochs(inFolder: folder))
    }
    return nil
  }

  /// The inputs of an artefact that are image sets, and their sizes.
  private static func imageCounts(
    readBy manifest: Manifest, in project: Project
  ) -> [(name: String, count: Int)] {
    manifest.inputs.compactMap { input in
      let folder = project.url(project.artefactPath(stage: input.stage, key: input.key))
      let producer = project.artefact(stage: input.stage, key: input.key)?.validManifest
      guard let file = producer?.outputs.first(where: { $0.name == input.output })?.files.first,
        let tensors = try? TensorFile(contentsOf: folder.appendingPathComponent(file.file)),
        tensors.schema == "images", let shape = try? tensors.shape(of: "labels"),
        let count = shape.first
      else { return nil }
      return (input.name, count)
    }
  }

  private static func epochs(inFolder folder: URL) -> [Int]? {
    try? TrainingHistory(contentsOf: folder.appendingPathComponent(TrainingHistory.fileName)).epochs
  }
}

extension Manifest {
  func has(file: String) -> Bool {
    outputs.contains { $0.files.contains { $0.file == file } }
  }

  /// The value of the recipe key whose name ends in `suffix`; nil if the artefact read none.
  func recipeValue(_ suffix: String) -> String? {
    parts.first { $0.kind == .recipe && ($0.name == suffix || $0.name.hasSuffix("." + suffix)) }?
      .value
  }
}
