import Resampling

/// The middle square of a picture in the size of a network's input, as by torchvision's
/// `Resize(side)` and `CenterCrop(side)`: the picture is scaled, with antialiasing, until its
/// shorter side is that of the network, and the middle of the longer side is kept.
public enum CentredSquare {
  /// The square, `[3, side, side]`, of the picture in display orientation.
  ///
  /// - Precondition: the picture has pixels, and `side` is positive.
  public static func pixels(of picture: Picture, side: Int) -> [UInt8] {
    let walk = PixelWalk(
      width: picture.pixels.width, height: picture.pixels.height,
      orientation: picture.orientation)
    let shorter = min(walk.width, walk.height)
    // Along the longer side, which may be very long, only the pixels of the square are computed.
    let (width, height) = (side * walk.width / shorter, side * walk.height / shorter)
    let resampling = BilinearResampling(
      fromHeight: walk.height, width: walk.width, toHeight: height, width: width,
      rows: middle(of: height, side: side), columns: middle(of: width, side: side))
    var square = [UInt8](repeating: 0, count: 3 * side * side)
    var scratch = [UInt8](repeating: 0, count: resampling.scratchByteCount)
    picture.pixels.bytes.withUnsafeBufferPointer { source in
      square.withUnsafeMutableBufferPointer { square in
        guard let source = source.baseAddress, let square = square.baseAddress else { return }
        for channel in 0..<3 {
          resampling.resample(
            source + 3 * walk.first + channel, columnStride: 3 * walk.columnStride,
            rowStride: 3 * walk.rowStride, into: square + channel * side * side,
            scratch: &scratch)
        }
      }
    }
    return square
  }

  /// The middle positions; of two possible ranges, the one that Python's `round` gives.
  private static func middle(of length: Int, side: Int) -> Range<Int> {
    let first = Int((Double(length - side) / 2).rounded(.toNearestOrEven))
    return first..<first + side
  }
}
