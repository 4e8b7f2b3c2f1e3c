import Foundation
import Randomness

/// A rotation, scaling and translation of an image about its centre, as torchvision's `affine`
/// computes them on PIL images: without shear, with nearest-neighbour sampling, and black outside
/// the image.
///
/// Each target pixel's centre is mapped back to the source in binary fixed point with 16 fractional
/// bits, as in `affine_fixed` of PIL's Geometry.c, so that the same pixels are nearest.
public struct AffineTransform: Sendable, Equatable {
  /// Clockwise.
  public let degrees: Double
  /// Pixels to the right and down.
  public let translation: SIMD2<Int>
  public let scale: Double

  /// - Precondition: the scale is at least 2⁻¹⁰, so that coordinates fit in a machine word.
  public init(degrees: Double, translation: SIMD2<Int> = .zero, scale: Double = 1) {
    precondition(scale >= 0x1p-10, "a scale of \(scale)")
    (self.degrees, self.translation, self.scale) = (degrees, translation, scale)
  }

  /// Random angle, translation and scale, each uniform; translations are rounded to whole pixels.
  static func drawn(
    degrees: Double, translate: Double, scale: Range<Double>, side: Int,
    using stream: inout RandomStream
  ) -> AffineTransform {
    let angle = stream.uniform(within: degrees)
    let reach = translate * Double(side)
    let right = stream.uniform(within: reach).rounded(.toNearestOrEven)
    let down = stream.uniform(within: reach).rounded(.toNearestOrEven)
    return AffineTransform(
      degrees: angle, translation: SIMD2(Int(right), Int(down)), scale: stream.uniform(in: scale))
  }

  /// Writes the transformed image.
  ///
  /// Shapes: source and target `[channels, side, side]`; they don't overlap.
  public func apply(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, channels: Int,
    side: Int
  ) {
    let angle = degrees * .pi / 180
    let (cosine, sine) = (cos(angle) / scale, sin(angle) / scale)
    let centre = Double(side) / 2
    // Subtract the translated centre from the target position, rotate back and add the source's
    // centre.
    let (x, y) = (0.5 - centre - Double(translation.x), 0.5 - centre - Double(translation.y))
    let across = (x: Self.fixed(cosine), y: Self.fixed(-sine))
    let down = (x: Self.fixed(sine), y: Self.fixed(cosine))
    var line = (
      x: Self.fixed(cosine * x + sine * y + centre), y: Self.fixed(cosine * y - sine * x + centre)
    )
    let plane = side * side
    for row in 0..<side {
      var place = line
      for column in row * side..<(row + 1) * side {
        let (sourceX, sourceY) = (place.x >> 16, place.y >> 16)
        let isInside =
          UInt(bitPattern: sourceX) < UInt(side) && UInt(bitPattern: sourceY) < UInt(side)
        let pixel = isInside ? sourceY * side + sourceX : 0
        for channel in 0..<channels {
          target[channel * plane + column] = isInside ? source[channel * plane + pixel] : 0
        }
        place = (place.x + across.x, place.y + across.y)
      }
      line = (line.x + down.x, line.y + down.y)
    }
  }

  /// The nearest multiple of 2⁻¹⁶, as an integer.
  private static func fixed(_ value: Double) -> Int {
    Int((value * 65536 + 0.5).rounded(.down))
  }
}
