/// A picture of 8-bit RGB pixels, row by row, three bytes per pixel.
public struct PixelImage: Sendable, Equatable {
  public let width: Int
  public let height: Int
  public private(set) var bytes: [UInt8]

  /// - Precondition: `bytes.count == 3 * width * height`.
  public init(width: Int, height: Int, bytes: [UInt8]) {
    precondition(
      width >= 0 && height >= 0 && bytes.count == 3 * width * height,
      "\(bytes.count) bytes for an image of \(width) × \(height) × 3")
    (self.width, self.height, self.bytes) = (width, height, bytes)
  }

  /// A picture of uniform grey.
  public init(width: Int, height: Int, grey: UInt8) {
    self.init(
      width: width, height: height, bytes: [UInt8](repeating: grey, count: 3 * width * height))
  }

  /// A picture from three planes of bytes, as stored in files: `[3, height, width]`.
  public init(width: Int, height: Int, planes: some Collection<UInt8>) {
    let planes = Array(planes)
    let plane = width * height
    let bytes = (0..<plane).flatMap { [planes[$0], planes[plane + $0], planes[2 * plane + $0]] }
    self.init(width: width, height: height, bytes: bytes)
  }

  /// Red, green and blue of a pixel.
  public func pixel(x: Int, y: Int) -> (red: UInt8, green: UInt8, blue: UInt8) {
    let start = 3 * (y * width + x)
    return (bytes[start], bytes[start + 1], bytes[start + 2])
  }

  /// Copies `other` with its upper left corner to (x, y).
  ///
  /// - Precondition: it fits.
  public mutating func place(_ other: PixelImage, x: Int, y: Int) {
    precondition(
      x >= 0 && y >= 0 && x + other.width <= width && y + other.height <= height,
      "\(other.width) × \(other.height) at (\(x), \(y)) is outside \(width) × \(height)")
    for row in 0..<other.height {
      let target = 3 * ((y + row) * width + x)
      let source = 3 * row * other.width
      bytes.replaceSubrange(
        target..<target + 3 * other.width, with: other.bytes[source..<source + 3 * other.width])
    }
  }

  /// The picture with every pixel as a square of `factor` × `factor`.
  public func enlarged(by factor: Int) -> PixelImage {
    var result: [UInt8] = []
    result.reserveCapacity(bytes.count * factor * factor)
    for y in 0..<height * factor {
      for x in 0..<width * factor {
        let start = 3 * (y / factor * width + x / factor)
        result += bytes[start..<start + 3]
      }
    }
    return PixelImage(width: width * factor, height: height * factor, bytes: result)
  }

  /// The picture at half the size: each pixel is the rounded mean of up to four; an odd last row or
  /// column is kept.
  public func halved() -> PixelImage {
    let (newWidth, newHeight) = ((width + 1) / 2, (height + 1) / 2)
    var result: [UInt8] = []
    for y in 0..<newHeight {
      for x in 0..<newWidth {
        let rows = 2 * y..<min(2 * y + 2, height)
        let columns = 2 * x..<min(2 * x + 2, width)
        let count = rows.count * columns.count
        for channel in 0..<3 {
          let sum = rows.reduce(0) { sum, row in
            columns.reduce(sum) { $0 + Int(bytes[3 * (row * width + $1) + channel]) }
          }
          result.append(UInt8((sum + count / 2) / count))
        }
      }
    }
    return PixelImage(width: newWidth, height: newHeight, bytes: result)
  }
}
