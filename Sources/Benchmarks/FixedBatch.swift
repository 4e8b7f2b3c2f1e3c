import Randomness
import Tensors

/// One batch without loading cost: pixels from N(0, 1) and uniform labels, drawn from a seed.
///
/// A limited number of random values is repeated: a second copy of a batch of 64 images of 227×227,
/// next to the plan's, would count as memory of the network.
struct FixedBatch {
  private let numbers: [Float]
  private let labels: [ClassLabel]

  /// Number of random values. A prime, so that no image, row or channel equals the next.
  private static let numberCount = 65_537

  init(count: Int, classes: Int, seed: Int) {
    var stream = RandomStream(seed: seed, purpose: "benchmark.batch")
    numbers = (0..<Self.numberCount).map { _ in Float(stream.normal()) }
    labels = (0..<count).map { _ in ClassLabel(stream.integer(below: classes)) }
  }

  /// Writes the images as a loader would.
  func fill(_ map: FeatureMap) {
    let images = UnsafeMutableBufferPointer(start: map.base, count: map.shape.elementCount)
    var next = 0
    numbers.withUnsafeBufferPointer { numbers in
      for index in images.indices {
        images[index] = numbers[next]
        next = next + 1 == numbers.count ? 0 : next + 1
      }
    }
  }

  /// Writes the labels.
  func fill(_ target: UnsafeMutableBufferPointer<ClassLabel>) {
    _ = target.update(from: labels)
  }
}
