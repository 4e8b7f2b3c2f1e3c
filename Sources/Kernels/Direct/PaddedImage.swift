import Tensors

/// One image of a feature map, copied into a frame of zeros, so that a filter can slide over its
/// edges without bounds checks.
///
/// The frame is laid out `[blocks of channels][rows][columns][channels of a block]`. Neighbouring
/// pixels are one vector apart, whatever the number of channels, so a register block and its
/// patches stay in the L1 cache. Within a block, the part of a patch in one row is contiguous. The
/// last register block of a row may read beyond the right border, where the frame has room; results
/// computed from there are never written.
struct PaddedImage {
  let top: Int
  let left: Int
  let bottom: Int
  let shape: FeatureMapShape
  /// Floats from one pixel to the next.
  let pixelStride: Int
  /// Floats from one row to the next.
  let rowStride: Int
  /// Floats from one block of channels to the next.
  let blockStride: Int
  /// False if the image itself is used: it needs no border, and its runs are contiguous.
  let isCopied: Bool

  /// - Parameters:
  ///   - right: Pixels that may be read to the right of the image.
  ///   - kernelWidth: Pixels in a run.
  init(
    _ shape: FeatureMapShape, top: Int, left: Int, bottom: Int, right: Int, kernelWidth: Int
  ) {
    self.shape = shape
    self.top = top
    self.left = left
    self.bottom = bottom
    let block = KernelLayout.inputBlock(stride: shape.channelStride)
    isCopied =
      top + left + bottom + right > 0 || (kernelWidth > 1 && block < shape.channelStride)
    pixelStride = isCopied ? block : shape.channelStride
    rowStride = (left + shape.width + right) * pixelStride
    blockStride = isCopied ? (top + shape.height + bottom) * rowStride : block
  }

  /// Floats of a row in one block of channels.
  var rowBlockStride: Int {
    rowStride / pixelStride * KernelLayout.inputBlock(stride: shape.channelStride)
  }

  /// Floats of scratch memory, in whole vectors, and one more vector for runs that end within one.
  var count: Int {
    guard isCopied else { return 0 }
    let blocks = shape.channelStride / pixelStride
    return (blocks * blockStride + 15) / 16 * 16 + 16
  }

  /// Clears the frame, whose border `frame(of:in:)` does not write.
  func clearFrame(_ target: UnsafeMutablePointer<Float>) {
    target.update(repeating: 0, count: count)
  }

  /// The image's frame, copied into `target` if necessary.
  @inline(__always)
  func frame(
    of image: UnsafePointer<Float>, in target: UnsafeMutablePointer<Float>
  ) -> UnsafePointer<Float> {
    guard isCopied else { return image }
    let first = target + top * rowStride + left * pixelStride
    let rowLength = shape.width * pixelStride
    if pixelStride == shape.channelStride {
      for row in 0..<shape.height {
        (first + row * rowStride).update(from: image + row * rowLength, count: rowLength)
      }
      return UnsafePointer(target)
    }
    // All channels of a pixel before the next pixel, so that no cache line is fetched twice.
    var pixel = asVectors(image)
    let blocks = shape.channelStride / pixelStride
    for row in 0..<shape.height {
      for column in 0..<shape.width {
        var copy = first + row * rowStride + column * pixelStride
        for block in 0..<blocks {
          asVectors(copy).pointee = pixel[block]
          copy += blockStride
        }
        pixel += blocks
      }
    }
    return UnsafePointer(target)
  }
}
