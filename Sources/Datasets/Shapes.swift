import Foundation
import Randomness
import Tensors

/// The embedded data set: drawn images in the form of CIFAR-10, for a first run without a download
/// and for tests with images that anyone may use.
///
/// An image is a pure function of the seed, its file and its index. So files of
/// different lengths begin alike, and nothing depends on order or threads.
public struct Shapes: Sendable {
  public let seed: Int
  /// Width and height of an image: that of CIFAR-10's.
  public static let side = CIFARRecords.side

  public init(seed: Int) { self.seed = seed }

  /// Class names, in the order of the labels.
  public static let classNames = DrawnShape.allCases.map(\.name)

  /// The first `count` images of a file. Every ten consecutive images contain each class once.
  public func records(_ count: Int, of file: Origin) -> (images: [UInt8], labels: [ClassLabel]) {
    let length = count * CIFARRecords.pixelsPerImage
    let labels = labels(count, of: file)
    let images = [UInt8](unsafeUninitializedCapacity: length) { pixels, initialized in
      for (index, label) in labels.enumerated() {
        let first = index * CIFARRecords.pixelsPerImage
        let image = UnsafeMutableBufferPointer(
          rebasing: pixels[first..<first + CIFARRecords.pixelsPerImage])
        // Labels are made from the classes, so the class exists.
        guard let shape = DrawnShape(rawValue: UInt8(label)) else { continue }
        draw(shape, index: index, of: file, into: image)
      }
      initialized = length
    }
    return (images, labels)
  }

  /// Labels of the first `count` images: permutations of the classes, one after the other.
  private func labels(_ count: Int, of file: Origin) -> [ClassLabel] {
    let classes = DrawnShape.allCases.count
    var labels: [ClassLabel] = []
    labels.reserveCapacity(count + classes)
    while labels.count < count {
      var random = RandomStream(
        seed: seed, purpose: "shapes.labels", epoch: file.ordinal, index: labels.count)
      labels += random.permutation(of: classes).map(ClassLabel.init)
    }
    labels.removeLast(labels.count - count)
    return labels
  }

  /// Draws one image, planes red, green, blue.
  private func draw(
    _ shape: DrawnShape, index: Int, of file: Origin, into image: UnsafeMutableBufferPointer<UInt8>
  ) {
    var random = RandomStream(
      seed: seed, purpose: "shapes.scene", epoch: file.ordinal, index: index)
    let scene = DrawnScene(shape, from: &random)
    for row in 0..<Self.side {
      for column in 0..<Self.side {
        let point = SIMD2(Float(column) + 0.5, Float(row) + 0.5)
        let grey = scene.colour(at: point) * 255 + random.grain() * scene.noise
        let byte = grey.rounded(.toNearestOrEven).clamped(
          lowerBound: Colour(repeating: 0), upperBound: Colour(repeating: 255))
        let pixel = row * Self.side + column
        image[pixel] = UInt8(byte.x)
        image[pixel + Self.side * Self.side] = UInt8(byte.y)
        image[pixel + 2 * Self.side * Self.side] = UInt8(byte.z)
      }
    }
  }
}

extension Origin {
  /// Separates the random streams of the two files.
  fileprivate var ordinal: Int { self == .train ? 0 : 1 }
}

extension DrawnScene {
  /// The colour at a point, before noise: background, specks, shape, occluder, back to front.
  ///
  /// Edges are antialiased by distance: a pixel whose centre is d inside an edge is covered by
  /// the fraction d + 1/2, clamped to 0 … 1.
  func colour(at point: SIMD2<Float>) -> Colour {
    var colour = background.colour(at: point)
    for speck in specks {
      let offset = point - speck.centre
      colour.cover(by: speck.colour, distance: (offset * offset).sum().squareRoot() - speck.radius)
    }
    let offset = point - centre
    let place = SIMD2((offset * axis).sum(), offset.y * axis.x - offset.x * axis.y) / radius
    let light = min(max(0.5 - 0.5 * place.x, 0), 1)
    colour.cover(by: paint.0 + (paint.1 - paint.0) * light, distance: distance(at: place))
    if let occluder {
      let distance = abs((point * occluder.normal).sum() - occluder.offset)
      colour.cover(by: occluder.colour, distance: distance - occluder.halfWidth)
    }
    return colour
  }

  /// Signed distance in pixels from the shape's edge; `place` is in units of its radius.
  private func distance(at place: SIMD2<Float>) -> Float {
    guard shape.isTexture else { return shape.figureDistance(place.x, place.y) * radius }
    // A patch of rounded corners: |x|⁴ + |y/aspect|⁴ < 1.
    let square = place * place / SIMD2(1, aspect * aspect)
    let patch = ((square * square).sum().squareRoot().squareRoot() - 1) * radius * aspect
    guard patch < 1 else { return patch }
    let marks = place * (radius / period) + phase
    return max(patch, shape.textureDistance(marks.x, marks.y) * period)
  }
}

extension Colour {
  /// Blends another colour over this one, up to an edge at a signed distance in pixels.
  @inline(__always)
  fileprivate mutating func cover(by other: Colour, distance: Float) {
    let coverage = Swift.min(Swift.max(0.5 - distance, 0), 1)
    self += (other - self) * coverage
  }
}

extension RandomStream {
  /// Three values of mean 0 and deviation 1, each the sum of two uniform ones: their distribution is a
  /// triangle, close enough to a camera's grain and much cheaper than a normal one.
  @inline(__always)
  fileprivate mutating func grain() -> Colour {
    let bits = next()
    func piece(_ index: UInt64) -> Float { Float((bits >> (10 * index)) & 1023) }
    let sums = Colour(piece(0) + piece(1), piece(2) + piece(3), piece(4) + piece(5))
    // A uniform integer below 1024 has variance (1024² - 1) / 12; two of them twice that.
    return (sums - 1023) * (1 / ((1024 * 1024 - 1) / Float(6)).squareRoot())
  }
}
