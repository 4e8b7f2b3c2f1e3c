import Tensors

/// Work on each image of a map as soon as a layer has finished it, while it is in the cache. It
/// saves a later layer a pass over the whole map.
public protocol ImageEpilogue: Sendable {
  /// Another map whose same image the epilogue reads, so that it can be prefetched.
  var alsoRead: FeatureMap? { get }

  /// - Precondition: the map's pixels fill vectors. Images are finished in any order, on any thread.
  func run(image: Int, of map: FeatureMap)
}

extension ImageEpilogue {
  public var alsoRead: FeatureMap? { nil }

  /// Runs on all images.
  func run(on map: FeatureMap, _ pool: WorkerPool) {
    pool.forEachPiece(map.shape.count) { image, _ in run(image: image, of: map) }
  }
}
