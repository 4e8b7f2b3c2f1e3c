import Augmentation
import Datasets
import Kernels
import Randomness
import Tensors

/// Makes batches of a data set: chooses images, augments and resizes them as bytes, and writes them
/// normalised into a feature map.
///
/// What an image becomes depends on the seed, the epoch and the image alone, never on the batch it
/// stands in, the thread that makes it or what was made before.
public struct BatchLoader: Sendable {
  public let images: ImageSet
  public let normalization: Normalization
  private let augmented: AugmentedImages
  private let writer: NormalizedPixelWriter
  private let augmentations: [Augmentation]
  private let seed: Int

  /// - Parameters:
  ///   - augmentations: Random changes of an image in an epoch, in this order.
  ///   - side: Width and height to which images are resized: in an epoch at the place of the
  ///     augmentation `resize`, without it after all others; normalised they are afterwards.
  /// - Precondition: `images` holds at least one image, and `side` is positive.
  public init(
    _ images: ImageSet, normalization: Normalization, augmentations: [Augmentation] = [],
    seed: Int = 0, side: Int = ImageSet.side
  ) {
    precondition(images.count > 0, "a loader of no images")
    self.images = images
    self.normalization = normalization
    self.augmentations = augmentations
    self.seed = seed
    augmented = AugmentedImages(images, augmentations: augmentations, seed: seed, side: side)
    writer = NormalizedPixelWriter(normalization)
  }

  /// Width and height of the images in a batch.
  public var side: Int { augmented.side }

  /// The same loader for a network whose input has another side.
  public func resizing(to side: Int) -> BatchLoader {
    BatchLoader(
      images, normalization: normalization, augmentations: augmentations, seed: seed, side: side)
  }

  /// The order of an epoch's images: a permutation drawn from the seed and the epoch.
  public func order(epoch: Int) -> [Int] {
    var stream = RandomStream(seed: seed, purpose: "shuffle", epoch: epoch)
    return stream.permutation(of: images.count)
  }

  /// Writes the images at `indices`, augmented as in `epoch`, or unchanged where it is nil.
  ///
  /// Shapes: map `[indices.count, side, side, 3]`, labels `[indices.count]`.
  public func load(
    _ indices: ArraySlice<Int>, epoch: Int?, into map: FeatureMap,
    labels: UnsafeMutableBufferPointer<UInt8>, on pool: WorkerPool
  ) {
    precondition(
      map.shape.with(arithmetic: .float32)
        == .images(count: indices.count, height: side, width: side)
        && labels.count == indices.count,
      "\(indices.count) images of side \(side) into \(map.shape) and \(labels.count) labels")
    let first = indices.startIndex
    images.images.withUnsafeBufferPointer { pixels in
      guard let pixels = pixels.baseAddress else { return }
      // A piece of eight images keeps a worker busy for some microseconds.
      pool.forEachRange(of: indices.count, size: 8) { range, _ in
        withUnsafeTemporaryAllocation(
          of: UInt8.self, capacity: augmented.scratchByteCount
        ) { scratch in
          guard let scratch = scratch.baseAddress else { return }
          for position in range {
            let index = indices[first + position]
            labels[position] = images.labels[index]
            writer.write(
              augmented.image(index, epoch: epoch, of: pixels, scratch: scratch),
              pixelCount: map.shape.pixelCount,
              into: map.base + position * map.shape.imageStride)
          }
        }
      }
    }
  }
}
