import Foundation

/// The ten classes of the drawn data set: six figures and four textures.
///
/// Mirroring, rotating, moving or scaling never turns one into another, so crops and flips keep
/// labels correct.
enum DrawnShape: UInt8, CaseIterable {
  case disc, ring, square, triangle, cross, star
  case stripes, waves, checks, dots

  var name: String { String(describing: self) }

  /// Textures fill a patch; figures are the patch.
  var isTexture: Bool { rawValue >= DrawnShape.stripes.rawValue }

  /// Signed distance from the point (x, y) to the figure's edge, negative inside. The figure is
  /// about the origin and of about the same area as the others; its farthest point is at distance 1.
  ///
  /// - Precondition: the class is a figure.
  func figureDistance(_ x: Float, _ y: Float) -> Float {
    switch self {
    case .disc: return length(x, y) - 0.8
    case .ring: return abs(length(x, y) - 0.7) - 0.2
    case .square: return max(abs(x), abs(y)) - 0.7
    case .triangle:
      // The largest of three half-planes whose normals are 120° apart.
      let slope: Float = 0.866_025_4
      return max(y, max(slope * x - 0.5 * y, -slope * x - 0.5 * y)) - 0.5
    case .cross:
      let (long, short) = (max(abs(x), abs(y)), min(abs(x), abs(y)))
      return max(long - 0.95, short - 0.28)
    case .star: return starDistance(x, y)
    case .stripes, .waves, .checks, .dots: preconditionFailure("\(self) is a texture")
    }
  }

  /// Signed distance from the point (x, y) to the nearest edge of the texture's marks, negative inside
  /// a mark. Marks repeat with period 1.
  ///
  /// - Precondition: the class is a texture.
  func textureDistance(_ x: Float, _ y: Float) -> Float {
    switch self {
    case .stripes: return bandDistance(x)
    case .waves: return bandDistance(x + 0.42 * sin(2.2 * y)) * 0.75
    case .checks:
      // Two bands of half a period each; a field is a mark if exactly one of them covers it.
      let (a, b) = (bandDistance(x * 0.7) / 0.7, bandDistance(y * 0.7) / 0.7)
      return max(min(a, b), -max(a, b))
    case .dots: return length(x - x.rounded(), y - y.rounded()) - 0.31
    case .disc, .ring, .square, .triangle, .cross, .star: preconditionFailure("\(self) is a figure")
    }
  }
}

private func length(_ x: Float, _ y: Float) -> Float { (x * x + y * y).squareRoot() }

/// Distance to the edge of a band half a period wide, of period 1.
private func bandDistance(_ x: Float) -> Float { abs(x - x.rounded()) - 0.25 }

/// A star of five points at distance 1, with hollows at 0.45.
///
/// The plane is folded into the tenth part between a point and a hollow, where the star's edge is
/// one straight line.
private func starDistance(_ x: Float, _ y: Float) -> Float {
  let sector: Float = 2 * .pi / 5
  let angle = atan2(x, y)
  let folded = abs(angle - sector * (angle / sector).rounded())
  let radius = length(x, y)
  let (u, v) = (radius * sin(folded), radius * cos(folded))
  // From the point (0, 1) to the hollow at half a sector.
  let (du, dv) = (0.45 * sin(sector / 2), 0.45 * cos(sector / 2) - 1)
  return (du * (v - 1) - dv * u) / length(du, dv) * 1
}
