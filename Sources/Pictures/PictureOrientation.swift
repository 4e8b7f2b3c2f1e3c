/// The orientation in which to show stored pixels. The raw values are those of Exif's tag 274.
///
/// Source: Exif 2.3 (JEITA CP-3451C), 4.6.4 A, Orientation.
public enum PictureOrientation: Int, Sendable, CaseIterable {
  /// As stored.
  case up = 1
  /// Mirrored left and right.
  case upMirrored
  /// Rotated by 180°.
  case down
  /// Mirrored top and bottom.
  case downMirrored
  /// Transposed: mirrored about the diagonal from the upper left.
  case leftMirrored
  /// Rotated clockwise by 90°.
  case right
  /// Mirrored about the other diagonal.
  case rightMirrored
  /// Rotated counter-clockwise by 90°.
  case left

  /// Whether rows become columns.
  public var isTransposed: Bool { rawValue >= PictureOrientation.leftMirrored.rawValue }
}

/// Iterates over a picture's pixels in display order.
public struct PixelWalk: Sendable, Equatable {
  /// Extents as displayed.
  public let width: Int
  public let height: Int
  /// The stored index of the displayed upper left pixel.
  public let first: Int
  /// The distance in memory to the right neighbour, in pixels.
  public let columnStride: Int
  /// The distance in memory to the pixel below, in pixels.
  public let rowStride: Int

  /// The extents are those of the stored picture.
  ///
  /// - Precondition: the extents are positive.
  public init(width: Int, height: Int, orientation: PictureOrientation) {
    precondition(width > 0 && height > 0, "a picture of \(width) × \(height)")
    // The stored rows and columns are traversed forwards, or backwards from the other end.
    let (right, leftEnd) = (1, 0)
    let (down, topEnd) = (width, 0)
    let (left, rightEnd) = (-1, width - 1)
    let (up, bottomEnd) = (-width, (height - 1) * width)
    switch orientation {
    case .up: (first, columnStride, rowStride) = (topEnd + leftEnd, right, down)
    case .upMirrored: (first, columnStride, rowStride) = (topEnd + rightEnd, left, down)
    case .down: (first, columnStride, rowStride) = (bottomEnd + rightEnd, left, up)
    case .downMirrored: (first, columnStride, rowStride) = (bottomEnd + leftEnd, right, up)
    case .leftMirrored: (first, columnStride, rowStride) = (topEnd + leftEnd, down, right)
    case .right: (first, columnStride, rowStride) = (bottomEnd + leftEnd, up, right)
    case .rightMirrored: (first, columnStride, rowStride) = (bottomEnd + rightEnd, up, left)
    case .left: (first, columnStride, rowStride) = (topEnd + rightEnd, down, left)
    }
    (self.width, self.height) = orientation.isTransposed ? (height, width) : (width, height)
  }
}
