import Tensors

/// What a norm takes of each image of a map as soon as the image is written, while it is in the cache: it
/// spares the norm a pass over all of them.
public enum ImageSums: Sendable {
  /// Of the norm's input, for the batch's mean and variance.
  case statistics(ImageStatistics)
  /// Of the gradient of the norm's output, for the gradients of its weight and bias.
  case gradients(NormGradientSums)

  /// The map of which an image is read besides. Where a norm's output is read too, it is not named.
  var alsoRead: FeatureMap? {
    switch self {
    case .statistics: nil
    case .gradients(let sums): sums.x
    }
  }

  /// Takes the sums of one image.
  ///
  /// - Precondition: the map's pixels fill vectors.
  @inline(__always)
  func take(image: Int, of map: FeatureMap) {
    switch self {
    case .statistics(let statistics): statistics.take(image: image, of: map)
    case .gradients(let sums): sums.take(image: image, of: map)
    }
  }

  /// Takes those of all images.
  func take(_ map: FeatureMap, on pool: WorkerPool) {
    pool.forEachPiece(map.shape.count) { image, _ in take(image: image, of: map) }
  }

  /// Those of part of a batch, without the images before it.
  func images(_ range: Range<Int>, of shape: FeatureMapShape) -> ImageSums {
    switch self {
    case .statistics(let statistics):
      .statistics(statistics.skipping(range.lowerBound, of: shape))
    case .gradients(let sums): .gradients(sums.images(range))
    }
  }
}
