import CVectors
import Tensors

/// Writing around the caches. A batch's map that is larger than what they keep until somebody reads it would
/// first be fetched to be written over, and then push out what is still wanted (docs/kernels.md).
struct Streaming {
  private let isOn: Bool

  /// - Parameter isReadAtOnce: Whether each image is read again as soon as it is written.
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

  /// Called by a worker behind its last vector.
  @inline(__always)
  func end() { if isOn { streamingEnds() } }
}
