import Randomness

/// A random change of a training image that doesn't change its label.
///
/// It works on bytes, before normalisation, as the published pipelines did, and gives the same
/// bytes as torchvision's transforms on PIL images with the same parameters. Each kind draws the
/// same number of random values from its stream whatever its options are, so that changing an
/// option affects only its own item of a recipe's list.
public enum Augmentation: Sendable, Equatable {
  /// Marks the position at which images are resized to the network's input; changes nothing itself.
  case resize
  /// Adds `padding` pixels on every side and cuts out a window of the original size at a uniformly
  /// random position.
  case crop(padding: Int, fill: CropFill)
  /// Mirrors the image horizontally with this probability.
  case flip(probability: Double)
  /// Mirrors the image horizontally in every other epoch. Whether the first epoch is mirrored is
  /// drawn once for each image. So a network sees both orientations of every image in any two
  /// successive epochs.
  ///
  /// Source: Jordan, 2024, arXiv:2404.00498, section 3.6.
  case alternatingFlip
  /// Rotates about the centre by an angle uniform in ±`degrees`, with nearest-neighbour sampling
  /// and black outside the image.
  case rotate(degrees: Double)
  /// Rotates as `rotate` does, translates along each axis by whole pixels, uniform in ±`translate`
  /// of the side, and scales by a factor uniform in `scale`.
  case affine(degrees: Double, translate: Double, scale: Range<Double>)
  /// Changes the colours.
  case colorJitter(ColorJitter)
  /// Fills a square of this side, whose centre is a uniformly random pixel; parts of it may lie
  /// outside.
  ///
  /// Source: DeVries and Taylor, 2017, arXiv:1708.04552.
  case cutout(side: Int, fill: CutoutFill)
}

/// The contents of the pixels added before a crop.
public enum CropFill: String, Sendable, Decodable {
  /// Black.
  case zero
  /// The image mirrored at its outermost pixels, which are not repeated.
  case reflect
}

/// The fill of a cutout's square.
public enum CutoutFill: String, Sendable, Decodable {
  /// Black.
  case zero
}

extension Augmentation {
  /// Draws from `stream` and writes the changed image.
  ///
  /// Shapes: source and target `[channels, side, side]`; they don't overlap.
  ///
  /// - Parameters:
  ///   - origin: Which image in which epoch this is, for changes that depend on the epochs before.
  ///   - stream: The random values of the image in the epoch.
  /// - Precondition: padding is smaller than the side; colour jitter has three channels.
  public func apply(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, channels: Int,
    side: Int, of origin: ImageOrigin, using stream: inout RandomStream
  ) {
    func flip(_ isMirrored: Bool) {
      if isMirrored {
        Self.mirror(source, into: target, channels: channels, side: side)
      } else {
        target.update(from: source, count: channels * side * side)
      }
    }
    switch self {
    case .resize:
      target.update(from: source, count: channels * side * side)
    case .crop(let padding, let fill):
      let top = stream.integer(below: 2 * padding + 1) - padding
      let left = stream.integer(below: 2 * padding + 1) - padding
      Self.shift(
        source, into: target, channels: channels, side: side, top: top, left: left, fill: fill)
    case .flip(let probability): flip(stream.uniform() < probability)
    case .alternatingFlip: flip(origin.isMirroredInTurn)
    case .rotate(let degrees):
      // The transform rotates clockwise, `rotate` counter-clockwise.
      let turn = AffineTransform(degrees: -stream.uniform(within: degrees))
      turn.apply(source, into: target, channels: channels, side: side)
    case .affine(let degrees, let translate, let scale):
      let transform = AffineTransform.drawn(
        degrees: degrees, translate: translate, scale: scale, side: side, using: &stream)
      transform.apply(source, into: target, channels: channels, side: side)
    case .colorJitter(let jitter):
      precondition(channels == 3, "colours of \(channels) channels")
      target.update(from: source, count: channels * side * side)
      jitter.forEachChange(using: &stream) { $0.apply(to: target, pixelCount: side * side) }
    case .cutout(let size, .zero):
      let row = stream.integer(below: side) - size / 2
      let column = stream.integer(below: side) - size / 2
      target.update(from: source, count: channels * side * side)
      Self.blacken(
        target, channels: channels, side: side, rows: row..<row + size,
        columns: column..<column + size)
    }
  }
}

extension RandomStream {
  /// A uniform random value in [−reach, reach).
  mutating func uniform(within reach: Double) -> Double { reach * (2 * uniform() - 1) }
}
