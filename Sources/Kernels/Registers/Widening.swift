import Tensors

extension FeatureMapShape {
  /// Floats of an image that is computed in float32 and rounded afterwards; 0 if the map holds
  /// floats.
  var wideImageCount: Int { precision == .float32 ? 0 : imageStride }
}

/// Conversions between maps as stored and floats.
extension FeatureMap {
  /// Writes the elements of one image, padding included, as floats.
  @inline(__always)
  func widen(image: Int, into target: UnsafeMutablePointer<Float>) {
    let target = asVectors(target)
    switch shape.precision {
    case .float32:
      let source = PixelVectors<Float>(self, image: image)
      for index in 0..<shape.imageVectors { target[index] = source[index] }
    case .bfloat16:
      let source = PixelVectors<BFloat16>(self, image: image)
      for index in 0..<shape.imageVectors { target[index] = source[index] }
    }
  }

  /// Writes floats to one image, or adds them, rounded as the map stores them.
  @inline(__always)
  func round(_ source: UnsafePointer<Float>, into image: Int, adding: Bool = false) {
    let source = asVectors(source)
    switch shape.precision {
    case .float32:
      let target = PixelVectors<Float>(self, image: image)
      for index in 0..<shape.imageVectors {
        target[index] = adding ? target[index] + source[index] : source[index]
      }
    case .bfloat16:
      let target = PixelVectors<BFloat16>(self, image: image)
      for index in 0..<shape.imageVectors {
        target[index] = adding ? target[index] + source[index] : source[index]
      }
    }
  }
}
