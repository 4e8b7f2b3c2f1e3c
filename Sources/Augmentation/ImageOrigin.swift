import Randomness

/// The position of an augmented image in a training run. It determines the image's random changes.
public struct ImageOrigin: Sendable {
  public let seed: Int
  /// Counted from 1.
  public let epoch: Int
  /// The image's index in the training set.
  public let index: Int

  public init(seed: Int, epoch: Int, index: Int) {
    (self.seed, self.epoch, self.index) = (seed, epoch, index)
  }

  /// The random values of the image in this epoch.
  public var stream: RandomStream {
    RandomStream(seed: seed, purpose: "augmentation", epoch: epoch, index: index)
  }

  /// Whether an alternating flip mirrors the image in this epoch: in epoch 1 at random, depending
  /// only on seed and index, and afterwards whenever it did not in the previous epoch.
  var isMirroredInTurn: Bool {
    var stream = RandomStream(seed: seed, purpose: "alternating flip", index: index)
    let isMirroredFirst = stream.uniform() < 0.5
    return isMirroredFirst == (epoch % 2 != 0)
  }
}
