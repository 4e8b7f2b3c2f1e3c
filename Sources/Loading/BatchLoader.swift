import Augmentation
import Datasets
import Kernels
import Randomness
import Tensors

/// Makes batches of a data set: selects images, augments and resizes them as bytes, and writes them
/// normalised to a feature map.
///
/// The result for an image depends only on the seed, the epoch and the image, never on its batch,
/// the thread or earlier batches.
public struct BatchLoader: Sendable {
  public let images: ImageSet
  public let normalization: Normalization
  private let augmented: AugmentedImages
  private let writer: NormalizedPixelWriter
  private let augmentations: [Augmentation]
  private let seed: Int

  /// - Parameters:
  ///   - augmentations: Random changes of an image in an epoch, applied in this order.
  ///   - side: Width and height to which other images are resized. In an epoch this happens at the
  ///     position of the augmentation `resize`; without it, after all others. Normalisation comes
  ///     last.
  ///   - smallSide: Width and height to which the augmented images are shrunk; nil keeps their
  ///     size.
  /// - Precondition: `images` holds at least one image, `side` is positive, and `smallSide`
  ///   positive and at most `side`.
  public init(
    _ images: ImageSet, normalization: Normalization, augmentations: [Augmentation] = [],
    seed: Int = 0, side: Int? = nil, shrunkTo smallSide: Int? = nil
  ) {
    precondition(images.count > 0, "a loader of no images")
    self.images = images
    self.normalization = normalization
    self.augmentations = augmentations
    self.seed = seed
    augmented = AugmentedImages(
      images, augmentations: augmentations, seed: seed, side: side ?? images.side,
      shrunkTo: smallSide)
    writer = NormalizedPixelWriter(normalization)
  }

  /// Width and height of the images in a batch.
  public var side: Int { augmented.side }

  /// A copy for a network whose input has another side.
  public func resizing(to side: Int) -> BatchLoader {
    BatchLoader(
      images, normalization: normalization, augmentations: augmentations, seed: seed, side: side)
  }

  /// A copy that shrinks whole images as the last step before normalisation.
  ///
  /// - Precondition: the loader's images are not shrunk yet, and are not smaller.
  public func shrinking(to smallSide: Int) -> BatchLoader {
    BatchLoader(
      images, normalization: normalization, augmentations: augmentations, seed: seed, side: side,
      shrunkTo: smallSide)
  }

  /// The order of an epoch's images: a permutation drawn from the seed and the epoch.
  public func order(epoch: Int) -> [Int] {
    var stream = RandomStream(seed: seed, purpose: "shuffle", epoch: epoch)
    return stream.permutation(of: images.count)
  }

  /// Writes the images at `indices`, augmented for `epoch`, or unchanged if it is nil.
  ///
  /// Shapes: map `[indices.count, side, side, 3]`, labels `[indices.count]`.
  public func load(
    _ indices: ArraySlice<Int>, epoch: Int?, into map: FeatureMap,
    labels: UnsafeMutableBufferPointer<ClassLabel>, on pool: WorkerPool
  ) {
    precondition(
      map.shape.with(arithmetic: .float32)
        == .images(count: indices.count, height: side, width: side)
        && labels.count == indices.count,
      "\(indices.count) images of side \(side) into \(map.shape) and \(labels.count) labels")
    let first = indices.startIndex
    pool.reserveScratch(
      (scratchByteCount + MemoryLayout<Float>.stride - 1) / MemoryLayout<Float>.stride)
    images.images.withUnsafeBufferPointer { pixels in
      guard let pixels = pixels.baseAddress else { return }
      pool.forEachRange(of: indices.count, size: Self.imagesInPiece) { range, scratch in
        let scratch = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: UInt8.self)
        for position in range {
          let index = indices[first + position]
          labels[position] = images.labels[index]
          normalize(
            augmented.image(index, epoch: epoch, of: pixels, scratch: scratch), into: map,
            at: position)
        }
      }
    }
  }
}

extension BatchLoader {
  /// Number of images that take a worker about ten microseconds.
  static let imagesInPiece = 8

  /// Bytes of an image that `make` writes.
  var pixelsPerImage: Int { augmented.pixelsPerImage }

  /// Bytes of scratch memory that `make` needs.
  var scratchByteCount: Int { augmented.scratchByteCount }

  /// Makes one image as bytes, augmented and resized, `[3, side, side]`.
  func make(
    _ index: Int, epoch: Int?, into target: UnsafeMutablePointer<UInt8>,
    scratch: UnsafeMutablePointer<UInt8>
  ) {
    images.images.withUnsafeBufferPointer { pixels in
      guard let pixels = pixels.baseAddress else { return }
      target.update(
        from: augmented.image(index, epoch: epoch, of: pixels, scratch: scratch),
        count: pixelsPerImage)
    }
  }

  /// Normalises an image that `make` has made, and writes it to a position of a batch.
  func normalize(_ image: UnsafePointer<UInt8>, into map: FeatureMap, at position: Int) {
    writer.write(
      image, pixelCount: map.shape.pixelCount, into: map.base + position * map.shape.imageStride)
  }
}
