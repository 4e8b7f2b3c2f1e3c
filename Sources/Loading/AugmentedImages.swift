import Augmentation
import Datasets
import Randomness
import Resampling

/// The images of a set as bytes, augmented, resized for a network and optionally shrunk.
///
/// The result for an image depends only on the seed, the epoch and the image.
struct AugmentedImages: Sendable {
  let images: ImageSet
  /// Width and height of the resulting images.
  let side: Int
  private let seed: Int
  /// The augmentations before resizing, and those after it.
  private let beforeResizing: [Augmentation]
  private let afterResizing: [Augmentation]
  /// Nil if images keep their size.
  private let resampling: BilinearResampling?
  /// The side at which images are augmented, and the resampling from it to `side`; nil if they are
  /// not shrunk.
  private let augmentedSide: Int
  private let shrinking: BilinearResampling?

  /// - Parameter augmentations: Images are resized at the position of the item `resize`; without
  ///   it, after all others.
  /// - Parameter smallSide: The side to which the augmented images are shrunk; nil keeps `side`.
  /// - Precondition: `side` is positive, and `smallSide` positive and at most `side`.
  init(
    _ images: ImageSet, augmentations: [Augmentation], seed: Int, side: Int,
    shrunkTo smallSide: Int? = nil
  ) {
    let smallSide = smallSide ?? side
    precondition(smallSide > 0 && smallSide <= side, "images of side \(side) as \(smallSide)")
    self.images = images
    self.side = smallSide
    augmentedSide = side
    shrinking =
      smallSide == side
      ? nil
      : BilinearResampling(fromHeight: side, width: side, toHeight: smallSide, width: smallSide)
    self.seed = seed
    let place = augmentations.firstIndex(of: .resize) ?? augmentations.endIndex
    beforeResizing = Array(augmentations[..<place])
    afterResizing = augmentations[place...].filter { $0 != .resize }
    resampling =
      side == images.side
      ? nil
      : BilinearResampling(
        fromHeight: images.side, width: images.side, toHeight: side, width: side)
  }

  /// The augmentations in order, including `resize` if images are resized.
  var augmentations: [Augmentation] {
    beforeResizing + (resampling == nil ? [] : [.resize]) + afterResizing
  }

  var pixelsPerImage: Int { ImageSet.channels * side * side }

  /// Bytes for the larger of the original and the resized image.
  private var roomForImage: Int {
    max(ImageSet.channels * augmentedSide * augmentedSide, images.pixelsPerImage)
  }

  /// Bytes of scratch memory that `image(_:epoch:of:scratch:)` needs.
  var scratchByteCount: Int {
    2 * roomForImage
      + max(resampling?.scratchByteCount ?? 0, shrinking?.scratchByteCount ?? 0)
  }

  /// One image, `[3, side, side]`: in `scratch`, or at its original address if nothing changes it.
  ///
  /// - Parameters:
  ///   - epoch: The epoch that determines the random changes; nil for none.
  ///   - pixels: The pixels of the whole set.
  func image(
    _ index: Int, epoch: Int?, of pixels: UnsafePointer<UInt8>,
    scratch: UnsafeMutablePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    var image = pixels + index * images.pixelsPerImage
    var (target, other) = (scratch, scratch + roomForImage)
    func turn() {
      image = UnsafePointer(target)
      swap(&target, &other)
    }
    let origin = ImageOrigin(seed: seed, epoch: epoch ?? 0, index: index)
    var stream = origin.stream
    func change(_ augmentations: [Augmentation], side: Int) {
      guard epoch != nil else { return }
      for augmentation in augmentations {
        augmentation.apply(
          image, into: target, channels: ImageSet.channels, side: side, of: origin, using: &stream)
        turn()
      }
    }
    func resize(_ resampling: BilinearResampling?, from side: Int) {
      guard let resampling else { return }
      let size = resampling.outputHeight * resampling.outputWidth
      for channel in 0..<ImageSet.channels {
        resampling.resample(
          image + channel * side * side, columnStride: 1, rowStride: side,
          into: target + channel * size, scratch: scratch + 2 * roomForImage)
      }
      turn()
    }
    change(beforeResizing, side: images.side)
    resize(resampling, from: images.side)
    change(afterResizing, side: augmentedSide)
    resize(shrinking, from: augmentedSide)
    return image
  }
}
