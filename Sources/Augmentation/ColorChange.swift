/// A change of an image's colours by a given amount, with the results of torchvision's `adjust_…`
/// on PIL images.
public enum ColorChange: Sendable, Equatable {
  /// Blends with black: 0 is black, 1 the image.
  case brightness(Double)
  /// Blends with the image's mean grey.
  case contrast(Double)
  /// Blends each pixel with its grey.
  case saturation(Double)
  /// Shifts each pixel's hue by a fraction of the colour circle, from −0.5 to 0.5.
  case hue(Double)

  /// Changes the image in place.
  ///
  /// Shapes: image `[3, pixelCount]`, red, green, blue.
  public func apply(to image: UnsafeMutablePointer<UInt8>, pixelCount: Int) {
    switch self {
    case .brightness(let factor):
      Self.blend(image, count: 3 * pixelCount, with: 0, factor: Float(factor))
    case .contrast(let factor):
      let grey = Self.meanGrey(of: image, pixelCount: pixelCount)
      Self.blend(image, count: 3 * pixelCount, with: grey, factor: Float(factor))
    case .saturation(let factor):
      for pixel in 0..<pixelCount {
        let color = Self.color(of: image, pixel, pixelCount)
        let grey = Int(color.grey)
        Self.write(
          RGBColor(
            red: Self.blended(grey, Int(color.red), Float(factor)),
            green: Self.blended(grey, Int(color.green), Float(factor)),
            blue: Self.blended(grey, Int(color.blue), Float(factor))),
          to: image, pixel, pixelCount)
      }
    case .hue(let fraction):
      // torchvision casts to a byte: truncates towards zero, then wraps modulo 256.
      let step = UInt8(truncatingIfNeeded: Int(fraction * 255))
      for pixel in 0..<pixelCount {
        var color = HSVColor(Self.color(of: image, pixel, pixelCount))
        color.hue &+= step
        Self.write(RGBColor(color), to: image, pixel, pixelCount)
      }
    }
  }

  private static func color(
    of image: UnsafeMutablePointer<UInt8>, _ pixel: Int, _ pixelCount: Int
  ) -> RGBColor {
    RGBColor(
      red: image[pixel], green: image[pixelCount + pixel], blue: image[2 * pixelCount + pixel])
  }

  private static func write(
    _ color: RGBColor, to image: UnsafeMutablePointer<UInt8>, _ pixel: Int, _ pixelCount: Int
  ) {
    image[pixel] = color.red
    image[pixelCount + pixel] = color.green
    image[2 * pixelCount + pixel] = color.blue
  }

  /// Interpolates or extrapolates linearly: factor 0 gives the first byte, factor 1 the second. The
  /// result is clamped to 0…255 and truncated. PIL's `Image.blend`, in `Float` as there.
  private static func blended(_ from: Int, _ to: Int, _ factor: Float) -> UInt8 {
    UInt8(min(max(Float(from) + factor * Float(to - from), 0), 255))
  }

  private static func blend(
    _ bytes: UnsafeMutablePointer<UInt8>, count: Int, with grey: Int, factor: Float
  ) {
    withUnsafeTemporaryAllocation(of: UInt8.self, capacity: 256) { table in
      for byte in 0..<256 {
        table.initializeElement(at: byte, to: blended(grey, byte, factor))
      }
      for index in 0..<count { bytes[index] = table[Int(bytes[index])] }
    }
  }

  private static func meanGrey(
    of image: UnsafeMutablePointer<UInt8>, pixelCount: Int
  ) -> Int {
    var sum = 0
    for pixel in 0..<pixelCount { sum += Int(color(of: image, pixel, pixelCount).grey) }
    return Int(Double(sum) / Double(pixelCount) + 0.5)
  }
}
