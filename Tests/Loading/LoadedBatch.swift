import Datasets
import Kernels
import Loading
import Tensors
import TestSupport

/// One batch of a loader, written to memory with other values.
struct LoadedBatch {
  /// Width and height of its images.
  let side: Int
  /// Everything in the map, padding included.
  let floats: [Float]
  /// Its bits, so that equal means equal.
  var bits: [UInt32] { floats.map(\.bitPattern) }
  let labels: [UInt16]

  init(_ loader: BatchLoader, _ indices: [Int], epoch: Int? = nil, threads: Int = 2) {
    side = loader.side
    let owner = OwnedFeatureMap(.images(count: indices.count, height: side, width: side))
    owner.fill(.nan)
    var labels = [UInt16](repeating: 0xEE, count: indices.count)
    let pool = WorkerPool(threadCount: threads)
    // A slice that does not begin at index zero, as in the trainer.
    let order = [-1] + indices
    labels.withUnsafeMutableBufferPointer { labels in
      loader.load(order[1...], epoch: epoch, into: owner.map, labels: labels, on: pool)
    }
    floats = withExtendedLifetime(owner) { Array(owner.map.elements) }
    self.labels = labels
  }

  /// The bits of one image.
  func image(_ position: Int) -> [UInt32] {
    let count = ImageSet.channels * side * side
    return floats[position * count..<(position + 1) * count].map(\.bitPattern)
  }
}
