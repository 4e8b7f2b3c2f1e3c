import Datasets
import Foundation
import TensorFiles
import Tensors

/// The wrong predictions with the highest confidence, which often show a weakness of the network or
/// a wrong label.
public struct ConfidentMistakes: Sendable, Equatable {
  /// Indices of the images, highest confidence first, equal ones in their order.
  public let positions: [Int]
  /// The probability given to the wrong class.
  public let confidence: [Float]
  /// The wrong class.
  public let predicted: [ClassLabel]

  /// - Parameters:
  ///   - labels: The true classes of the evaluated images.
  ///   - limit: Maximum number of mistakes.
  public init(of evaluation: Evaluation, labels: [ClassLabel], limit: Int = 40) {
    let classes = evaluation.confusion.classes
    precondition(
      labels.count == evaluation.predicted.count,
      "\(labels.count) labels for \(evaluation.predicted.count) answers")
    let wrong = labels.indices.filter { labels[$0] != evaluation.predicted[$0] }
    func confidence(of image: Int) -> Float {
      let value = evaluation.probabilities[image * classes + Int(evaluation.predicted[image])]
      return value.isNaN ? 0 : value
    }
    positions = Array(
      wrong.map { (image: $0, confidence: confidence(of: $0)) }
        .sorted { (-$0.confidence, $0.image) < (-$1.confidence, $1.image) }
        .prefix(limit).map(\.image))
    self.confidence = positions.map(confidence(of:))
    predicted = positions.map { evaluation.predicted[$0] }
  }

  /// Writes the mistakes with their images, schema `mistakes`:
  ///
  ///     images      U8  [n, 3, side, side]
  ///     labels      U8  [n]    predicted U8 [n], both I32 above 256 classes
  ///     confidence  F32 [n]
  ///     indices     I32 [n]    positions of the images in the data set they were taken from
  func write(_ images: ImageSet, metadata: [String: String], to url: URL) throws {
    let (size, classes) = (images.pixelsPerImage, images.classNames.count)
    var writer = TensorFileWriter(schema: "mistakes", metadata: metadata)
    writer.add(
      "images", shape: [positions.count, ImageSet.channels, images.side, images.side],
      positions.flatMap { images.images[$0 * size..<($0 + 1) * size] })
    writer.add("labels", labels: positions.map { images.labels[$0] }, classes: classes)
    writer.add("predicted", labels: predicted, classes: classes)
    writer.add("confidence", shape: [positions.count], confidence)
    writer.add(
      "indices", shape: [positions.count],
      positions.map { images.preparation?.indices[$0] ?? Int32($0) })
    try writer.write(to: url)
  }
}
