import Layers
import Tensors
import TestSupport

/// The results of a loss for a batch: the loss of each image, and the gradient of their mean with
/// respect to the logits.
struct LossRun {
  let losses: [Double]
  let gradient: [Float]

  /// - Parameter logits: `[N, K]`.
  init(_ loss: CrossEntropy, logits: DenseTensor, labels: [UInt16]) {
    let shape = FeatureMapShape(
      count: logits.shape[0], height: 1, width: 1, channels: logits.shape[1])
    let maps = (0..<3).map { _ in OwnedFeatureMap(shape) }
    maps[0].load(logits)
    var losses = [Double](repeating: 0, count: labels.count)
    withExtendedLifetime(maps) {
      labels.withUnsafeBufferPointer { labels in
        losses.withUnsafeMutableBufferPointer { losses in
          loss.evaluate(
            maps[0].map, labels: labels, losses: losses, probabilities: maps[1].map,
            gradient: maps[2].map)
        }
      }
    }
    self.losses = losses
    gradient = maps[2].dense.values
  }
}
