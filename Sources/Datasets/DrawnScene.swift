import Foundation
import Randomness

/// A colour with components in 0 ... 1.
typealias Colour = SIMD3<Float>

/// All random choices of one drawn image except its noise: the shape, its position and style, the
/// background and the occluder. Lengths are in pixels; the picture's centre is (16, 16).
struct DrawnScene {
  let shape: DrawnShape
  /// The figure, or the patch that a texture fills.
  let centre: SIMD2<Float>
  let radius: Float
  /// Unit vector along the shape's own x axis.
  let axis: SIMD2<Float>
  /// Half the patch's height over half its width (textures).
  let aspect: Float
  /// Distance between marks in pixels, and the position of the first (textures).
  let period: Float
  let phase: SIMD2<Float>
  /// Colours of the lit end and the opposite end of the shape.
  let paint: (Colour, Colour)
  let background: DrawnBackground
  let specks: [Speck]
  let occluder: Occluder?
  /// Standard deviation of the noise, in grey levels.
  let noise: Float

  /// A small disc behind the shape.
  struct Speck {
    let centre: SIMD2<Float>
    let radius: Float
    let colour: Colour
  }

  /// A bar across the picture, in front of the shape: the points p with |p · normal - offset| below
  /// half its width.
  struct Occluder {
    let normal: SIMD2<Float>
    let offset: Float
    let halfWidth: Float
    let colour: Colour
  }
}

extension DrawnScene {
  /// Draws the scene's parameters from `random`.
  init(_ shape: DrawnShape, from random: inout RandomStream) {
    self.shape = shape
    let middle = Float(Shapes.side) / 2
    radius = random.float(in: shape.isTexture ? 10..<15 : 9..<13.5)
    let reach = min(6, 17.5 - radius)
    centre = [
      middle + random.float(in: -reach..<reach), middle + random.float(in: -reach..<reach),
    ]
    // Figures lean by up to 26°; textures lie in any direction.
    let lean = random.float(in: -0.45..<0.45)
    axis = shape.isTexture ? random.direction() : [cos(lean), sin(lean)]
    aspect = random.float(in: 0.65..<1)
    period = random.float(in: 4.2..<8)
    phase = [random.float(in: 0..<1), random.float(in: 0..<1)]

    background = DrawnBackground(from: &random)
    let lit = random.colour(in: 0.2..<1, awayFrom: background.colours, by: 0.45)
    let far = lit + (random.colour() - lit) * 0.2
    paint = (lit, far)

    specks = (0..<random.integer(below: 5)).map { _ in
      Speck(
        centre: [random.float(in: 0..<32), random.float(in: 0..<32)],
        radius: random.float(in: 0.8..<2), colour: random.colour())
    }
    occluder =
      random.uniform() < 0.35 ? Occluder(across: centre, radius: radius, from: &random) : nil
    noise = random.float(in: 2..<12)
  }
}

extension DrawnScene.Occluder {
  /// A bar across the shape but off its centre, so that it hides only a smaller part.
  init(across centre: SIMD2<Float>, radius: Float, from random: inout RandomStream) {
    normal = random.direction()
    halfWidth = random.float(in: 1..<2.2)
    offset = (centre * normal).sum() + radius * random.float(in: 0.2..<0.9)
    colour = random.colour()
  }
}

/// The background: two colours, mixed by a gradient and soft blotches.
struct DrawnBackground {
  let colours: (Colour, Colour)
  /// The mixture's slope, per pixel.
  let slope: SIMD2<Float>
  /// Heights of the blotches at the corners of a 4×4 lattice of cells.
  let lattice: [Float]

  static let cells = 4

  init(from random: inout RandomStream) {
    let first = random.colour(in: 0..<0.75)
    let second = first + (random.colour(in: 0..<0.75) - first) * random.float(in: 0.2..<0.6)
    colours = (first, second)
    slope = random.direction() * random.float(in: 0..<0.03)
    let height = random.float(in: 0..<0.7)
    lattice = (0..<(Self.cells + 1) * (Self.cells + 1)).map { _ in
      height * random.float(in: -1..<1)
    }
  }

  /// The colour at a point, blotches interpolated between the lattice's corners.
  func colour(at point: SIMD2<Float>) -> Colour {
    let scaled = point * (Float(Self.cells) / Float(Shapes.side))
    let cell = scaled.rounded(.down)
    let (column, row) = (Int(cell.x), Int(cell.y))
    let inside = scaled - cell
    let weight = inside * inside * (3 - 2 * inside)
    let corner = row * (Self.cells + 1) + column
    let upper = lattice[corner] + weight.x * (lattice[corner + 1] - lattice[corner])
    let below = corner + Self.cells + 1
    let lower = lattice[below] + weight.x * (lattice[below + 1] - lattice[below])
    let blotch = upper + weight.y * (lower - upper)
    let tilt = (slope * (point - Float(Shapes.side) / 2)).sum()
    let mixture = min(max(0.5 + tilt + blotch, 0), 1)
    return colours.0 + (colours.1 - colours.0) * mixture
  }
}

extension RandomStream {
  fileprivate mutating func float(in range: Range<Float>) -> Float {
    range.lowerBound + (range.upperBound - range.lowerBound) * Float(uniform())
  }

  fileprivate mutating func direction() -> SIMD2<Float> {
    let angle = float(in: 0..<2 * .pi)
    return [cos(angle), sin(angle)]
  }

  /// A colour with components in the range.
  fileprivate mutating func colour(in range: Range<Float> = 0..<1) -> Colour {
    [float(in: range), float(in: range), float(in: range)]
  }

  /// A colour at least `distance` from both others; the best of sixteen tries if none is.
  fileprivate mutating func colour(
    in range: Range<Float>, awayFrom others: (Colour, Colour), by distance: Float
  ) -> Colour {
    var best = colour(in: range)
    for _ in 0..<15 where best.distance(to: others) < distance {
      let candidate = colour(in: range)
      if candidate.distance(to: others) > best.distance(to: others) { best = candidate }
    }
    return best
  }
}

extension Colour {
  /// Euclidean distance to the nearer of two colours.
  fileprivate func distance(to others: (Colour, Colour)) -> Float {
    let (a, b) = (self - others.0, self - others.1)
    return Swift.min((a * a).sum(), (b * b).sum()).squareRoot()
  }
}
