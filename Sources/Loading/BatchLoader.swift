import Augmentation
import Datasets
import Kernels
import Randomness
import Tensors

/// Makes batches of a data set: chooses images, augments them as bytes, and writes them normalised
/// into a feature map.
///
/// What an image becomes depends on the seed, the epoch and the image alone, never on the batch it
/// stands in, the thread that makes it or what was made before.
public struct BatchLoader: Sendable {
  public let images: ImageSet
  public let normalization: Normalization
  private let augmentations: [Augmentation]
  private let seed: Int

  /// - Precondition: `images` holds at least one image.
  public init(
    _ images: ImageSet, normalization: Normalization, augmentations: [Augmentation] = [],
    seed: Int = 0
  ) {
    precondition(images.count > 0, "a loader of no images")
    self.images = images
    self.normalization = normalization
    self.augmentations = augmentations
    self.seed = seed
  }

  /// The order of an epoch's images: a permutation drawn from the seed and the epoch.
  public func order(epoch: Int) -> [Int] {
    var stream = RandomStream(seed: seed, purpose: "shuffle", epoch: epoch)
    return stream.permutation(of: images.count)
  }

  /// Writes the images at `indices`, augmented as in `epoch`, or unchanged where it is nil.
  ///
  /// Shapes: map `[indices.count, 32, 32, 3]`, labels `[indices.count]`.
  public func load(
    _ indices: ArraySlice<Int>, epoch: Int?, into map: FeatureMap,
    labels: UnsafeMutableBufferPointer<UInt8>, on pool: WorkerPool
  ) {
    precondition(
      map.shape == .images(count: indices.count, height: ImageSet.side, width: ImageSet.side)
        && labels.count == indices.count,
      "\(indices.count) images into \(map.shape) and \(labels.count) labels")
    let first = indices.startIndex
    images.images.withUnsafeBufferPointer { pixels in
      guard let pixels = pixels.baseAddress else { return }
      // A piece of eight images keeps a worker busy for some microseconds.
      pool.forEachRange(of: indices.count, size: 8) { range, _ in
        withUnsafeTemporaryAllocation(
          of: UInt8.self, capacity: 2 * ImageSet.pixelsPerImage
        ) { scratch in
          guard let scratch = scratch.baseAddress else { return }
          for position in range {
            let index = indices[first + position]
            labels[position] = images.labels[index]
            let source = pixels + index * ImageSet.pixelsPerImage
            let image = augment(source, index: index, epoch: epoch, scratch: scratch)
            normalize(image, into: map.base + position * map.shape.imageStride)
          }
        }
      }
    }
  }

  /// The image after all augmentations: in one half of `scratch`, or where it was.
  private func augment(
    _ source: UnsafePointer<UInt8>, index: Int, epoch: Int?, scratch: UnsafeMutablePointer<UInt8>
  ) -> UnsafePointer<UInt8> {
    guard let epoch, !augmentations.isEmpty else { return source }
    var stream = RandomStream(seed: seed, purpose: "augmentation", epoch: epoch, index: index)
    var image = source
    var target = scratch
    for augmentation in augmentations {
      augmentation.apply(
        image, into: target, channels: ImageSet.channels, side: ImageSet.side, using: &stream)
      image = UnsafePointer(target)
      target = target == scratch ? scratch + ImageSet.pixelsPerImage : scratch
    }
    return image
  }

  private func normalize(_ image: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<Float>) {
    switch normalization {
    case .constants(let mean, let std):
      for channel in 0..<ImageSet.channels {
        writeChannel(channel, of: image, mean: mean[channel], std: std[channel], into: target)
      }
    case .perImage:
      let (mean, std) = Self.statistics(of: image)
      for channel in 0..<ImageSet.channels {
        writeChannel(channel, of: image, mean: mean, std: std + 1e-7, into: target)
      }
    }
    for pixel in 0..<ImageSet.pixelsPerChannel { target[pixel * 4 + 3] = 0 }
  }

  private func writeChannel(
    _ channel: Int, of image: UnsafePointer<UInt8>, mean: Float, std: Float,
    into target: UnsafeMutablePointer<Float>
  ) {
    let plane = image + channel * ImageSet.pixelsPerChannel
    for pixel in 0..<ImageSet.pixelsPerChannel {
      target[pixel * 4 + channel] = (Float(plane[pixel]) / 255 - mean) / std
    }
  }

  /// Mean and population deviation of pixel / 255 over all values of an image, from exact sums.
  private static func statistics(of image: UnsafePointer<UInt8>) -> (mean: Float, std: Float) {
    var sum = 0
    var squares = 0
    for index in 0..<ImageSet.pixelsPerImage {
      let value = Int(image[index])
      sum += value
      squares += value * value
    }
    let count = Double(ImageSet.pixelsPerImage)
    let mean = Double(sum) / count
    let variance = max(Double(squares) / count - mean * mean, 0)
    return (Float(mean / 255), Float(variance.squareRoot() / 255))
  }
}
