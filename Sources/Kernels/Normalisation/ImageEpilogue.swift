import Tensors

/// Work on each image of a map as soon as a layer has finished the image, while it is in the cache.
/// A later layer then needs no pass over the whole map.
public protocol ImageEpilogue: Sendable {
  /// Another map whose same image the epilogue reads, so that it can be prefetched.
  var alsoRead: FeatureMap? { get }

  /// Runs on one finished image. Images are finished in any order, on any thread.
  ///
  /// - Precondition: the map's pixels fill vectors.
  func run(image: Int, of map: FeatureMap)
}

extension ImageEpilogue {
  public var alsoRead: FeatureMap? { nil }

  /// Runs on all images.
  func run(on map: FeatureMap, _ pool: WorkerPool) {
    pool.forEachPiece(map.shape.count) { image, _ in run(image: image, of: map) }
  }
}
