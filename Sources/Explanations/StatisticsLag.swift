import Datasets
import Foundation
import Kernels
import Layers
import Loading
import Metrics
import Models
import TensorFiles
import Tensors

/// The predictions of the same weights for the same images with two kinds of statistics: those of
/// the batch, which batch norms use in training, and the running ones, which they use in
/// evaluation.
///
/// Running statistics are means over past batches, computed with earlier weights. While weights
/// change fast, the running statistics lag behind, and a network that predicts well in training may
/// give nearly all validation images the same prediction.
public struct StatisticsLag: Sendable, Equatable {
  /// The predictions for some images.
  public struct Answers: Sendable, Equatable {
    /// Percentage of correct predictions.
    public let top1: Double
    /// The class predicted most often, and its percentage of the predictions.
    public let favourite: Int
    public let favouritePercent: Double

    package init(logits: [[Float]], labels: [Int], classes: Int) {
      let answers = logits.map { row in row.withUnsafeBufferPointer(ClassRanking.first) }
      var counts = [Int](repeating: 0, count: classes)
      for answer in answers { counts[answer] += 1 }
      let favourite = counts.indices.reduce(0) { counts[$1] > counts[$0] ? $1 : $0 }
      self.favourite = favourite
      let total = Double(max(answers.count, 1))
      top1 = 100 * Double(zip(answers, labels).count { $0 == $1 }) / total
      favouritePercent = 100 * Double(counts[favourite]) / total
    }

    package init(top1: Double, favourite: Int, favouritePercent: Double) {
      (self.top1, self.favourite, self.favouritePercent) = (top1, favourite, favouritePercent)
    }
  }

  public let epoch: Int
  public let count: Int
  public let running: Answers
  public let batch: Answers

  /// The number of epochs that are examined: the first ones, in which the lag is largest.
  public static let epochs = 5
  private static let mostImages = 128

  /// Evaluates the network twice, on evenly spaced images of the loader's set and without dropout.
  /// The network is not changed.
  ///
  /// - Parameter epoch: The epoch after which the network has its present weights.
  /// - Returns: Nil if the network has no batch norm.
  public init?(of network: Network, in loader: BatchLoader, epoch: Int, on pool: WorkerPool) {
    guard network.nodes.contains(where: { $0.layer is BatchNorm }) else { return nil }
    let count = min(network.imagesAtOnce(Self.mostImages), loader.images.count)
    let images = (0..<count).map { $0 * loader.images.count / count }
    func answers(by mode: Mode) -> Answers {
      let run = network.keepingStatistics {
        LayerByLayer(
          network, through: network.nodes.count - 1, keeping: [], of: images, in: loader,
          norms: mode, on: pool)
      }
      let logits = run.values(of: network.nodes.count).values
      let rows = (0..<count).map {
        Array(logits[$0 * network.classes..<($0 + 1) * network.classes])
      }
      return Answers(logits: rows, labels: run.labels.map(Int.init), classes: network.classes)
    }
    self.epoch = epoch
    self.count = count
    running = answers(by: .evaluation)
    batch = answers(by: .training)
  }

  package init(epoch: Int, count: Int, running: Answers, batch: Answers) {
    (self.epoch, self.count, self.running, self.batch) = (epoch, count, running, batch)
  }
}
