import Tensors

extension FeatureMapShape {
  /// Floats in which an image is computed that is rounded afterwards; none where the map holds floats.
  var wideImageCount: Int { precision == .float32 ? 0 : imageStride }
}

/// Between maps as they are stored and floats that others compute with.
extension FeatureMap {
  /// Writes the numbers of one image, padding included, as floats.
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

  /// Replaces the numbers of one image by floats, rounded as the map stores them.
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
