import CVectors
import Tensors

/// Non-temporal stores for maps that do not stay in the caches until they are read. Ordinary stores
/// would first fetch each cache line, only to overwrite it, and then evict lines that are still
/// needed (docs/kernels.md).
struct Streaming {
  private let isOn: Bool

  /// - Parameter isReadAtOnce: Whether each image is read immediately after it is written.
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
