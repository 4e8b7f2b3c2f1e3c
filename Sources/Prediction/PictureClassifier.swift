import Datasets
import Foundation
import Kernels
import Layers
import Loading
import Metrics
import Models
import Pictures
import TensorFiles
import Tensors

/// A trained network that classifies pictures. All it needs is in the checkpoint: network, sizes,
/// classes and normalisation.
///
/// Its probabilities equal those of an evaluation of the same pixels, except for the last bits of
/// networks with wide linear layers: the order in which the BLAS library sums their products
/// depends on the number of images. It always computes in float32, whatever the training precision:
/// float32 runs on any machine, and differs from bfloat16 by less than bfloat16's rounding.
public final class PictureClassifier {
  public let description: CheckpointDescription
  /// The checkpoint's path, for errors.
  private let checkpoint: String
  private let plan: NetworkPlan
  private let writer: NormalizedPixelWriter
  private let probabilities: AlignedBuffer

  /// A class and the network's probability for it.
  public struct Answer: Sendable, Equatable {
    public let className: String
    public let probability: Float

    public init(className: String, probability: Float) {
      (self.className, self.probability) = (className, probability)
    }
  }

  /// Loads a checkpoint that this program wrote.
  ///
  /// - Throws: `TensorFileError`, `CheckpointError` or `NetworkCatalogError` if the file is not a
  ///   checkpoint, or its contents contradict its metadata.
  public init(checkpoint url: URL, on pool: WorkerPool) throws {
    let file = try Checkpoint.open(url)
    checkpoint = url.path
    description = try Checkpoint.description(of: file)
    let network = try NetworkCatalog.network(
      named: description.network, configuration: description.configuration,
      side: description.inputSide, classes: description.classNames.count)
    try Checkpoint.load(file, into: network)
    plan = NetworkPlan(network, mode: .evaluation, capacity: 1, on: pool)
    writer = NormalizedPixelWriter(
      try Normalization(metadata: description.normalization, file: url.path))
    probabilities = AlignedBuffer(count: FeatureMapShape.paddedChannels(network.classes))
  }

  /// Width and height of the network's input.
  public var side: Int { plan.network.input.height }

  /// All classes with their probabilities, in the order of `ClassRanking`: by logits, so that
  /// classes whose probabilities round to 0 are ordered too.
  ///
  /// - Parameter name: The name of the picture, for errors.
  /// - Throws: `PredictionError.notFinite` if the output overflows.
  public func answers(
    to picture: Picture, called name: String = "the picture"
  ) throws(PredictionError) -> [Answer] {
    let (logits, probabilities) = scores(of: picture)
    guard probabilities.allSatisfy(\.isFinite) else {
      throw .notFinite(picture: name, checkpoint: checkpoint)
    }
    return ClassRanking.order(of: logits).map {
      Answer(className: description.classNames[$0], probability: probabilities[$0])
    }
  }

  /// The logit and the probability of each class, in the order of `description.classNames`.
  public func scores(of picture: Picture) -> (logits: [Float], probabilities: [Float]) {
    let input = plan.input(count: 1)
    writer.write(
      CentredSquare.pixels(of: picture, side: side), pixelCount: side * side, into: input.base)
    plan.forward(count: 1)
    let logits = plan.logits
    let map = FeatureMap(base: probabilities.base, shape: logits.shape)
    // The loss isn't used, but its code includes the softmax, so any label will do.
    var loss = [0.0]
    loss.withUnsafeMutableBufferPointer { loss in
      [ClassLabel](repeating: 0, count: 1).withUnsafeBufferPointer { labels in
        CrossEntropy().evaluate(
          logits, labels: labels, losses: loss, probabilities: map, gradient: nil)
      }
    }
    let classes = plan.network.classes
    return (Array(logits.elements.prefix(classes)), Array(map.elements.prefix(classes)))
  }
}

/// Why a network has no prediction for a picture.
public enum PredictionError: Error, Equatable, CustomStringConvertible {
  /// The output is not finite.
  case notFinite(picture: String, checkpoint: String)

  public var description: String {
    switch self {
    case .notFinite(let picture, let checkpoint):
      "\(PrintableText.escaped(picture)): the answer is not finite, because the weights of "
        + "\(checkpoint) are too large for float32; use another checkpoint"
    }
  }
}
