import Randomness

/// A random change of a training image that leaves its label true.
///
/// It works on bytes, before normalisation, as the published pipelines did.
public enum Augmentation: Sendable, Equatable {
  /// Adds `padding` pixels on every side and cuts out a window of the old size at a random place, all
  /// places alike.
  case crop(padding: Int, fill: CropFill)
  /// Mirrors left and right with this probability.
  case flip(probability: Double)
}

/// What the pixels added before a crop hold.
public enum CropFill: String, Sendable, Decodable {
  /// Black.
  case zero
  /// The image mirrored at its outermost pixels, which are not repeated.
  case reflect
}

extension Augmentation {
  /// Draws from `stream` and writes the changed image.
  ///
  /// Shapes: source and target `[channels, side, side]`, apart in memory.
  ///
  /// - Precondition: reflected padding is smaller than the side.
  public func apply(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, channels: Int,
    side: Int, using stream: inout RandomStream
  ) {
    switch self {
    case .crop(let padding, let fill):
      let top = stream.integer(below: 2 * padding + 1) - padding
      let left = stream.integer(below: 2 * padding + 1) - padding
      Self.shift(
        source, into: target, channels: channels, side: side, top: top, left: left, fill: fill)
    case .flip(let probability):
      if stream.uniform() < probability {
        Self.mirror(source, into: target, channels: channels, side: side)
      } else {
        target.update(from: source, count: channels * side * side)
      }
    }
  }

  /// Writes the window whose upper left corner lies at (top, left) of the image, which may be outside.
  public static func shift(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, channels: Int,
    side: Int, top: Int, left: Int, fill: CropFill
  ) {
    precondition(abs(top) < side && abs(left) < side, "a shift of (\(top), \(left)) on \(side)")
    for channel in 0..<channels {
      let plane = source + channel * side * side
      for row in 0..<side {
        let line = target + (channel * side + row) * side
        let sourceRow = place(row + top, side, fill)
        for column in 0..<side {
          let sourceColumn = place(column + left, side, fill)
          line[column] =
            sourceRow >= 0 && sourceColumn >= 0 ? plane[sourceRow * side + sourceColumn] : 0
        }
      }
    }
  }

  /// Writes the image mirrored left and right.
  public static func mirror(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, channels: Int,
    side: Int
  ) {
    for line in 0..<channels * side {
      for column in 0..<side {
        target[line * side + column] = source[line * side + side - 1 - column]
      }
    }
  }

  /// The position that `position` shows, or −1 where it shows nothing.
  private static func place(_ position: Int, _ side: Int, _ fill: CropFill) -> Int {
    if position >= 0 && position < side { return position }
    switch fill {
    case .zero: return -1
    case .reflect: return position < 0 ? -position : 2 * (side - 1) - position
    }
  }
}

extension Augmentation: Decodable {
  private enum Kind: String, CodingKey { case crop, flip }
  private struct Crop: Decodable {
    let padding: Int
    let fill: CropFill
  }
  private struct Flip: Decodable {
    let probability: Double
  }

  /// Reads `{"crop": {"padding": 4, "fill": "zero"}}` or `{"flip": {"probability": 0.5}}`.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Kind.self)
    guard let kind = container.allKeys.first, container.allKeys.count == 1 else {
      throw DecodingError.dataCorrupted(
        .init(codingPath: decoder.codingPath, debugDescription: "one of crop, flip expected"))
    }
    switch kind {
    case .crop:
      let crop = try container.decode(Crop.self, forKey: kind)
      self = .crop(padding: crop.padding, fill: crop.fill)
    case .flip:
      self = .flip(probability: try container.decode(Flip.self, forKey: kind).probability)
    }
  }
}
