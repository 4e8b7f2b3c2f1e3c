import Augmentation
import Datasets
import Loading
import Resampling
import TestSupport
import Testing

/// Images that are resized for a network with another input side.
@Suite struct ResizingTests {
  private let images = ImageSet.noise(count: 5)

  /// The bytes of an image in another size, plane by plane.
  private func resized(_ bytes: [UInt8], to side: Int) -> [UInt8] {
    let resampling = BilinearResampling(
      fromHeight: 32, width: 32, toHeight: side, width: side)
    var scratch = [UInt8](repeating: 0xEE, count: resampling.scratchByteCount)
    return (0..<ImageSet.channels).flatMap { channel in
      let first = channel * 1_024
      let plane = Array(bytes[first..<first + 1_024])
      var target = [UInt8](repeating: 0xEE, count: side * side)
      resampling.resample(
        plane, columnStride: 1, rowStride: 32, into: &target, scratch: &scratch)
      return target
    }
  }

  private func bytes(of index: Int) -> [UInt8] {
    let first = index * 3_072
    return Array(images.images[first..<first + 3_072])
  }

  /// The bytes from which a loader's floats were computed, `[3, side, side]`.
  private func bytes(
    _ augmentations: [Augmentation], image: Int, side: Int, epoch: Int? = 1
  ) -> [UInt8] {
    let loader = BatchLoader(
      images, normalization: .constants(mean: [0, 0, 0], std: [1, 1, 1]),
      augmentations: augmentations, side: side)
    let floats = LoadedBatch(loader, [image], epoch: epoch).floats
    return (0..<ImageSet.channels).flatMap { channel in
      (0..<side * side).map { UInt8((floats[$0 * ImageSet.channels + channel] * 255).rounded()) }
    }
  }

  @Test(arguments: [1, 7, 31, 33, 227], [nil, 1])
  func everyImageIsResized(_ side: Int, _ epoch: Int?) {
    for image in 0..<images.count {
      expectIdentical(
        bytes([], image: image, side: side, epoch: epoch),
        resized(bytes(of: image), to: side), "image \(image) at side \(side)")
    }
  }

  /// Images are augmented and resized at the full side, and then shrunk as a whole.
  @Test(
    arguments: [
      [.crop(padding: 4, fill: .reflect), .flip(probability: 0.5)],
      [.rotate(degrees: 15), .resize, .cutout(side: 9, fill: .zero)],
    ] as [[Augmentation]], [(32, 24), (32, 31), (45, 20), (45, 45)])
  func augmentedImagesAreShrunkWhole(_ augmentations: [Augmentation], _ sides: (Int, Int)) {
    let (side, small) = sides
    let loader = BatchLoader(
      images, normalization: .constants(mean: [0, 0, 0], std: [1, 1, 1]),
      augmentations: augmentations, side: side)
    let shrunk = loader.shrinking(to: small)
    #expect(shrunk.side == small && shrunk.order(epoch: 2) == loader.order(epoch: 2))
    let resampling = BilinearResampling(
      fromHeight: side, width: side, toHeight: small, width: small)
    var scratch = [UInt8](repeating: 0xEE, count: resampling.scratchByteCount)
    for image in 0..<images.count {
      let whole = bytes(augmentations, image: image, side: side)
      let expected = (0..<ImageSet.channels).flatMap { channel -> [UInt8] in
        let plane = Array(whole[channel * side * side..<(channel + 1) * side * side])
        var target = [UInt8](repeating: 0xEE, count: small * small)
        resampling.resample(
          plane, columnStride: 1, rowStride: side, into: &target, scratch: &scratch)
        return target
      }
      let floats = LoadedBatch(shrunk, [image], epoch: 1).floats
      let actual = (0..<ImageSet.channels).flatMap { channel in
        (0..<small * small).map {
          UInt8((floats[$0 * ImageSet.channels + channel] * 255).rounded())
        }
      }
      expectIdentical(actual, expected, "image \(image), \(side) to \(small)")
    }
  }

  @Test func resizingToTheOwnSideChangesNothing() {
    for augmentations in [[], [Augmentation.resize]] {
      expectIdentical(
        bytes(augmentations, image: 3, side: 32), bytes(of: 3), "\(augmentations)")
    }
  }

  /// A black square of side 4 keeps this side if it is cut out after resizing; if it is resized
  /// with the image, its side is 28.
  @Test func resizingHasItsPlaceAmongTheOthers() {
    let cutout = Augmentation.cutout(side: 4, fill: .zero)
    func blackPixels(_ augmentations: [Augmentation]) -> Int {
      // Image 0 has a uniform colour other than black.
      bytes(augmentations, image: 0, side: 227).count { $0 == 0 }
    }
    #expect(blackPixels([]) == 0)
    #expect((1...3 * 4 * 4).contains(blackPixels([.resize, cutout])))
    #expect(blackPixels([cutout, .resize]) > 3 * 14 * 14)
    #expect(blackPixels([cutout]) == blackPixels([cutout, .resize]), "last where it is left out")
    let onlyTheFirstCounts = blackPixels([.resize, cutout, .resize])
    #expect(onlyTheFirstCounts == blackPixels([.resize, cutout]))
  }

  @Test func aLoaderForAnotherSideIsOtherwiseTheSame() {
    let loader = BatchLoader(
      images, normalization: .perImage, augmentations: [.flip(probability: 0.5)], seed: 4)
    let other = loader.resizing(to: 9)
    #expect(other.side == 9)
    #expect(other.order(epoch: 2) == loader.order(epoch: 2))
    let direct = BatchLoader(
      images, normalization: .perImage, augmentations: [.flip(probability: 0.5)], seed: 4, side: 9)
    expectIdentical(
      LoadedBatch(other, [1, 2], epoch: 1).bits, LoadedBatch(direct, [1, 2], epoch: 1).bits,
      "side 9")
  }

  /// Per-image statistics are those of the resized image, not of the original one.
  @Test(arguments: [5, 32, 227])
  func normalizedImagesHaveMeanZeroAndDeviationOne(_ side: Int) {
    let loader = BatchLoader(images, normalization: .perImage, side: side)
    let batch = LoadedBatch(loader, [2])
    let values = batch.floats.map { Double($0) }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + $1 * $1 } / Double(values.count)
    #expect(abs(mean) < 1e-5 && abs(variance - 1) < 1e-4, "\(mean) \(variance)")
  }
}
