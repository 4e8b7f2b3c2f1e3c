import CVectors
import Tensors

/// Non-temporal stores for large maps. A map that will not stay in the caches until it is read
/// would first be fetched, only to be overwritten, and would then evict data that is still needed
/// (docs/kernels.md).
struct Streaming {
  private let isOn: Bool

  /// - Parameter isReadAtOnce: Whether each image is read again right after it is written.
  @inline(__always)
  init(to map: FeatureMap, isReadAtOnce: Bool = false) {
    isOn = !isReadAtOnce && map.shape.byteCount >= 4 << 20
  }

  @inline(__always)
  func write<Element: VectorElement>(
    _ vector: Vector, to pixels: PixelVectors<Element>, at index: Int
  ) {
    if isOn {
      Element.stream(vector, to: pixels.memory, at: index)
    } else {
      pixels[index] = vector
    }
  }

  /// Called by a worker after its last vector.
  @inline(__always)
  func end() { if isOn { streamingEnds() } }
}
