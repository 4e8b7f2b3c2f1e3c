import Tensors

/// One image of a feature map, copied row by row into a frame of zeros, so that a kernel can slide over
/// its edge without asking where it ends.
///
/// A pixel's channels lie together, so the part of a patch that lies in one row is a single run of
/// `kernelWidth · channelStride` floats. Beyond the right border there is room that the last tile of a
/// row may read; what is computed from it is never written.
struct PaddedImage {
  let top: Int
  let left: Int
  let bottom: Int
  let shape: FeatureMapShape
  /// Floats from one row to the next.
  let rowStride: Int

  /// - Parameters:
  ///   - right: Pixels that may be read beyond the image's last column.
  init(_ shape: FeatureMapShape, top: Int, left: Int, bottom: Int, right: Int) {
    self.shape = shape
    self.top = top
    self.left = left
    self.bottom = bottom
    let width = left + shape.width + right
    // Whole vectors, so that rows stay aligned where the channels fill vectors.
    rowStride = (width * shape.channelStride + 15) / 16 * 16
  }

  var rowCount: Int { top + shape.height + bottom }

  /// Floats of scratch memory; one vector beyond, for runs that are not whole blocks.
  var count: Int { rowCount * rowStride + 16 }

  /// Clears the frame, which copying rows leaves alone.
  func clearFrame(_ target: UnsafeMutablePointer<Float>) {
    target.update(repeating: 0, count: count)
  }

  /// Copies one row of the frame: a row of the image, or nothing where the frame's row is border.
  @inline(__always)
  func copyRow(
    _ row: Int, from image: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>
  ) {
    let source = row - top
    guard source >= 0 && source < shape.height else { return }
    let length = shape.width * shape.channelStride
    (target + row * rowStride + left * shape.channelStride)
      .update(from: image + source * length, count: length)
  }
}
