import Datasets
import Foundation
import Kernels
import Layers
import Loading
import Metrics
import Models
import Records
import TensorFiles
import Tensors

/// The predictions of a checkpoint for every image of a set, and the resulting figures.
public struct Evaluation: Sendable {
  public let figures: EvaluationReport.CheckpointFigures
  public let confusion: ConfusionMatrix
  public let reliability: Reliability
  /// Class probabilities `[N, classes]`, row by row.
  public let probabilities: [Float]
  /// The first class of each image by `ClassRanking`, `[N]`.
  public let predicted: [ClassLabel]
  private let views: ImageViews

  /// Runs the network of a checkpoint on the loader's images, in the precision it was trained in.
  ///
  /// - Parameter views: The views of each image that an answer averages.
  /// - Throws: `EvaluationError.differentClasses` if the network was trained on other classes,
  ///   `EvaluationError.notFinite` if an output overflows; `UnsupportedPrecision` if the kernels
  ///   were built without that precision.
  public init(
    _ name: String, _ file: TensorFile, on loader: BatchLoader, views: ImageViews = .plain,
    pool: WorkerPool
  ) throws {
    let description = try Checkpoint.description(of: file)
    guard description.classNames == loader.images.classNames else {
      throw EvaluationError.differentClasses(
        checkpoint: file.url.path, expected: loader.images.classNames,
        found: description.classNames)
    }
    try description.precision.requireSupport()
    let classes = description.classNames.count
    let network = try NetworkCatalog.network(
      named: description.network, configuration: description.configuration,
      side: description.inputSide, classes: classes)
    try Checkpoint.load(file, into: network)
    var confusion = ConfusionMatrix(classes: classes)
    var reliability = Reliability()
    var probabilities: [Float] = []
    var predicted: [ClassLabel] = []
    probabilities.reserveCapacity(loader.images.count * classes)
    let loader = loader.resizing(to: network.input.height)
    let predictor = Predictor(
      network, loss: CrossEntropy(), precision: description.precision, views: views, on: pool)
    let tally = try predictor.run(loader) { answer in
      guard answer.probabilities.allSatisfy(\.isFinite) else {
        throw EvaluationError.notFinite(checkpoint: file.url.path, image: answer.image)
      }
      let first = ClassRanking.first(in: answer.logits)
      confusion.add(truth: answer.label, predicted: first)
      reliability.add(
        confidence: Double(answer.probabilities[first]), isCorrect: first == answer.label)
      probabilities.append(contentsOf: answer.probabilities)
      predicted.append(ClassLabel(first))
    }
    figures = .init(checkpoint: name, epoch: description.epoch, tally: tally)
    self.confusion = confusion
    self.reliability = reliability
    self.probabilities = probabilities
    self.predicted = predicted
    self.views = views
  }

  /// The largest deviation from one of the sum of an image's probabilities.
  public var largestProbabilityDrift: Double {
    let classes = confusion.classes
    return stride(from: 0, to: probabilities.count, by: classes).reduce(0) { largest, first in
      let sum = probabilities[first..<first + classes].reduce(0.0) { $0 + Double($1) }
      return max(largest, sum.isFinite ? abs(sum - 1) : .infinity)
    }
  }

  /// Writes the tensor files `confusion`, `reliability`, `predictions` and `mistakes` to a folder.
  ///
  /// - Parameter subject: Which images these are.
  public func write(to folder: URL, images: ImageSet, on subject: String) throws {
    let classes = confusion.classes
    let names = try JSONEncoder().encode(images.classNames)
    var metadata = [
      "class_names": String(decoding: names, as: UTF8.self),
      "data_status": images.dataStatus.rawValue, "on": subject,
      "checkpoint": figures.checkpoint,
    ]
    metadata["views"] = views.mark
    var matrix = TensorFileWriter(schema: "confusion", metadata: metadata)
    matrix.add("counts", shape: [classes, classes], confusion.counts.map(Int64.init))
    try matrix.write(to: folder.appendingPathComponent("confusion.safetensors"))

    let bins = reliability.binCount
    var diagram = TensorFileWriter(schema: "reliability", metadata: metadata)
    diagram.add("edges", shape: [bins + 1], reliability.edges)
    diagram.add("counts", shape: [bins], reliability.counts.map(Int64.init))
    diagram.add("confidence", shape: [bins], reliability.confidence)
    diagram.add("accuracy", shape: [bins], reliability.accuracy)
    try diagram.write(to: folder.appendingPathComponent("reliability.safetensors"))

    var answers = TensorFileWriter(schema: "predictions", metadata: metadata)
    answers.add("probabilities", shape: [images.count, classes], probabilities)
    answers.add("predicted", labels: predicted, classes: classes)
    answers.add("labels", labels: images.labels, classes: classes)
    if let indices = images.preparation?.indices {
      answers.add("indices", shape: [images.count], indices)
    }
    try answers.write(to: folder.appendingPathComponent("predictions.safetensors"))

    try ConfidentMistakes(of: self, labels: images.labels).write(
      images, metadata: metadata, to: folder.appendingPathComponent("mistakes.safetensors"))
  }
}
