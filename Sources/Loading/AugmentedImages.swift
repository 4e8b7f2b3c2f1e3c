import Augmentation
import Datasets
import Randomness
import Resampling

/// The images of a set as bytes on their way to a network: augmented, and of the network's side.
///
/// What an image becomes depends on the seed, the epoch and the image alone.
struct AugmentedImages: Sendable {
  let images: ImageSet
  /// Width and height of the images that come out.
  let side: Int
  private let seed: Int
  /// What changes images before they are resized, and after.
  private let beforeResizing: [Augmentation]
  private let afterResizing: [Augmentation]
  /// Nil where images keep their size.
  private let resampling: BilinearResampling?

  /// - Parameter augmentations: Images are resized at the place of the item `resize`, without it
  ///   after all others.
  /// - Precondition: `side` is positive.
  init(_ images: ImageSet, augmentations: [Augmentation], seed: Int, side: Int) {
    precondition(side > 0, "images of side \(side)")
    self.images = images
    self.side = side
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

  /// The changes in their order, `resize` among them where it is asked for.
  var augmentations: [Augmentation] {
    beforeResizing + (resampling == nil ? [] : [.resize]) + afterResizing
  }

  var pixelsPerImage: Int { ImageSet.channels * side * side }

  /// Room for the larger of an image as it is and as it becomes.
  private var roomForImage: Int { max(pixelsPerImage, images.pixelsPerImage) }

  /// Bytes of scratch memory that `image(_:epoch:of:scratch:)` needs.
  var scratchByteCount: Int { 2 * roomForImage + (resampling?.scratchByteCount ?? 0) }

  /// One image, `[3, side, side]`: in `scratch`, or where it was if nothing changes it.
  ///
  /// - Parameters:
  ///   - epoch: The epoch whose random changes are meant; nil for none.
  ///   - pixels: Those of the whole set.
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
    var stream = RandomStream(
      seed: seed, purpose: "augmentation", epoch: epoch ?? 0, index: index)
    func change(_ augmentations: [Augmentation], side: Int) {
      guard epoch != nil else { return }
      for augmentation in augmentations {
        augmentation.apply(
          image, into: target, channels: ImageSet.channels, side: side, using: &stream)
        turn()
      }
    }
    change(beforeResizing, side: images.side)
    if let resampling {
      for channel in 0..<ImageSet.channels {
        resampling.resample(
          image + channel * images.pixelsPerChannel, columnStride: 1, rowStride: images.side,
          into: target + channel * side * side, scratch: scratch + 2 * roomForImage)
      }
      turn()
    }
    change(afterResizing, side: side)
    return image
  }
}
