import Augmentation
import Datasets
import Loading
import TestSupport
import Testing

/// The augmentation of an image depends only on the seed, the epoch and the image.
@Suite struct BatchLoaderTests {
  static let count = 37
  private let images = ImageSet.noise(count: count)
  private let changes: [Augmentation] = [
    .crop(padding: 4, fill: .reflect), .flip(probability: 0.5),
  ]
  /// All augmentations, before and after resizing.
  private let everyChange: [Augmentation] = [
    .crop(padding: 4, fill: .zero), .cutout(side: 5, fill: .zero), .resize,
    .rotate(degrees: 15), .affine(degrees: 15, translate: 0.1, scale: 0.9..<1.1),
    .colorJitter(ColorJitter(brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1)),
    .flip(probability: 0.5), .alternatingFlip,
  ]

  private func loader(
    _ augmentations: [Augmentation]? = nil, seed: Int = 9, side: Int = 32
  ) -> BatchLoader {
    BatchLoader(
      images, normalization: .perImage, augmentations: augmentations ?? changes, seed: seed,
      side: side)
  }

  /// Every image, loaded in a separate batch.
  private func alone(_ loader: BatchLoader, epoch: Int?) -> [[UInt32]] {
    (0..<Self.count).map { LoadedBatch(loader, [$0], epoch: epoch, threads: 1).image(0) }
  }

  @Test(arguments: [1, 2, 3, 5], [1, 7, 8, 9, 37])
  func imagesDependOnNeitherThreadsNorBatches(_ threads: Int, _ batchSize: Int) {
    let expected = alone(loader(), epoch: 3)
    let order = loader().order(epoch: 3)
    for first in stride(from: 0, to: order.count, by: batchSize) {
      let indices = Array(order[first..<min(first + batchSize, order.count)])
      let batch = LoadedBatch(loader(), indices, epoch: 3, threads: threads)
      expectIdentical(batch.labels, indices.map { images.labels[$0] }, "labels")
      for (position, index) in indices.enumerated() {
        expectIdentical(batch.image(position), expected[index], "image \(index) at \(position)")
      }
    }
  }

  @Test(arguments: [32, 7, 45])
  func everyKindDependsOnNeitherThreadsNorBatches(_ side: Int) {
    let loader = loader(everyChange, side: side)
    let expected = alone(loader, epoch: 3)
    let order = loader.order(epoch: 3)
    let batch = LoadedBatch(loader, order, epoch: 3, threads: 3)
    for (position, index) in order.enumerated() {
      expectIdentical(batch.image(position), expected[index], "image \(index) at side \(side)")
    }
  }

  @Test func imagesDependNotOnWhatWasLoadedBefore() {
    let one = loader()
    let first = LoadedBatch(one, [5, 6], epoch: 2)
    _ = LoadedBatch(one, [6, 1, 2], epoch: 1)
    expectIdentical(LoadedBatch(one, [5, 6], epoch: 2).bits, first.bits, "images 5 and 6")
  }

  @Test func anImageMayStandTwiceInABatch() {
    let batch = LoadedBatch(loader(), [4, 9, 4], epoch: 2)
    expectIdentical(batch.image(0), batch.image(2), "image 4")
    let differs = batch.image(0) != batch.image(1)
    #expect(differs)
  }

  @Test func theSameSeedGivesTheSameBits() {
    let indices = Array(0..<Self.count)
    let first = LoadedBatch(loader(), indices, epoch: 4)
    let second = LoadedBatch(loader(), indices, epoch: 4)
    expectIdentical(first.bits, second.bits, "37 images")
    #expect(loader().order(epoch: 4) == loader().order(epoch: 4))
  }

  /// With 162 possible results for each image, nearly all images differ between epochs and seeds.
  @Test func seedsAndEpochsChangeTheImages() {
    let reference = alone(loader(), epoch: 1)
    for other in [alone(loader(), epoch: 2), alone(loader(seed: 10), epoch: 1)] {
      let same = zip(reference, other).dropFirst().count { $0 == $1 }
      #expect(same <= 3)
    }
  }

  @Test func withoutAnEpochNothingIsAugmented() {
    let plain = LoadedBatch(loader([]), Array(0..<Self.count), epoch: nil).bits
    func bits(_ loader: BatchLoader, epoch: Int?) -> [UInt32] {
      LoadedBatch(loader, Array(0..<Self.count), epoch: epoch).bits
    }
    expectIdentical(bits(loader(), epoch: nil), plain, "without an epoch")
    expectIdentical(bits(loader([]), epoch: 1), plain, "without augmentations")
    let changes = bits(loader(), epoch: 1) != plain
    #expect(changes)
  }

  /// Two flips with probability 1 cancel; one or three do not.
  @Test(arguments: [1, 2, 3, 4])
  func augmentationsFollowOneAnother(_ flips: Int) {
    let changes = [Augmentation](repeating: .flip(probability: 1), count: flips)
    let plain = alone(loader([]), epoch: nil)
    let flipped = alone(loader(changes), epoch: 1)
    let isUnchanged = flipped == plain
    #expect(isUnchanged == (flips % 2 == 0))
  }

  @Test(arguments: [1, 2, 7, 200])
  func anEpochShowsEveryImageOnce(_ epoch: Int) {
    #expect(loader().order(epoch: epoch).sorted() == Array(0..<Self.count))
  }

  @Test func ordersDifferBetweenEpochsAndSeeds() {
    let orders = (1...50).map { loader().order(epoch: $0) } + [loader(seed: 10).order(epoch: 1)]
    #expect(Set(orders).count == 51)
  }

  @Test func aSetOfOneImageHasOneOrder() {
    let single = BatchLoader(.noise(count: 1), normalization: .perImage, seed: 3)
    #expect(single.order(epoch: 1) == [0])
  }
}
