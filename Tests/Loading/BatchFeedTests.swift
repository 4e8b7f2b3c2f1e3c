import Augmentation
import Datasets
import Foundation
import Kernels
import Loading
import Tensors
import TestSupport
import Testing

/// A feed gives the same batches as its loader, however it is used.
@Suite struct BatchFeedTests {
  private static let count = 23
  private let pool = WorkerPool(threadCount: 2)

  private func loader(side: Int = 32) -> BatchLoader {
    BatchLoader(
      .noise(count: Self.count), normalization: .perImage,
      augmentations: [.crop(padding: 4, fill: .reflect), .flip(probability: 0.5)], seed: 9,
      side: side)
  }

  /// The next batch of a feed.
  private func next(_ count: Int, of feed: BatchFeed, side: Int = 32) -> [UInt32] {
    let owner = OwnedFeatureMap(.images(count: count, height: side, width: side))
    owner.fill(.nan)
    var labels = [UInt16](repeating: 0xEE, count: count)
    labels.withUnsafeMutableBufferPointer { feed.write(into: owner.map, labels: $0, on: pool) }
    let bits = withExtendedLifetime(owner) { owner.map.elements.map(\.bitPattern) }
    return bits + labels.map(UInt32.init)
  }

  private func loaded(
    _ loader: BatchLoader, _ indices: ArraySlice<Int>, epoch: Int?
  ) -> [UInt32] {
    let batch = LoadedBatch(loader, Array(indices), epoch: epoch)
    return batch.bits + batch.labels.map(UInt32.init)
  }

  @Test(arguments: [32, 45], [nil, 3])
  func `a feed gives the bits of its loader`(_ side: Int, _ epoch: Int?) {
    let loader = loader(side: side)
    let order = loader.order(epoch: 3)
    let feed = BatchFeed()
    feed.begin(loader, order[2...], epoch: epoch, batchSize: 5)
    for first in stride(from: 2, to: order.count, by: 5) {
      let indices = order[first..<min(first + 5, order.count)]
      let batch = next(indices.count, of: feed, side: side)
      feed.advance()
      expectIdentical(batch, loaded(loader, indices, epoch: epoch), "images from \(first)")
    }
  }

  @Test func `a batch can be written twice`() {
    let loader = loader()
    let order = loader.order(epoch: 1)
    let feed = BatchFeed()
    feed.begin(loader, order[...], epoch: 1, batchSize: 4)
    expectIdentical(next(4, of: feed), loaded(loader, order[..<4], epoch: 1), "first")
    expectIdentical(next(4, of: feed), loaded(loader, order[..<4], epoch: 1), "again")
    feed.advance()
    expectIdentical(next(4, of: feed), loaded(loader, order[4..<8], epoch: 1), "second")
  }

  /// As after an interruption: the prepared batch belongs to another pass.
  @Test func `a pass may begin before the last one's end`() {
    let feed = BatchFeed()
    for (epoch, size) in [(1, 3), (2, 7), (3, 2)] {
      let loader = loader()
      let order = loader.order(epoch: epoch)
      feed.begin(loader, order[...], epoch: epoch, batchSize: size)
      expectIdentical(
        next(size, of: feed), loaded(loader, order[..<size], epoch: epoch), "epoch \(epoch)")
      feed.advance()
    }
  }

  /// A feed may end before its first pass, while batches are made, and after the last; its thread
  /// ends with it.
  @Test func `a feed may end at any time`() async {
    await #expect(processExitsWith: .success) {
      func threads() throws -> Int {
        try FileManager.default.contentsOfDirectory(atPath: "/proc/self/task").count
      }
      let loader = BatchLoader(
        .noise(count: 8), normalization: .perImage, augmentations: [], seed: 9, side: 32)
      let before = try threads()
      for round in 0..<40 {
        let feed = BatchFeed()
        guard round % 4 > 0 else { continue }
        feed.begin(loader, [0, 1, 2, 3, 4, 5, 6, 7], epoch: 1, batchSize: 4)
        // The second of these ends the pass.
        for _ in 1..<round % 4 { feed.advance() }
      }
      // A thread is still listed for a moment after it has ended.
      try await Task.sleep(for: .milliseconds(200))
      #expect(try threads() < before + 20)
    }
  }
}
