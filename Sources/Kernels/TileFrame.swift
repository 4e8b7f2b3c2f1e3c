import Tensors

/// One image of a feature map in bfloat16, in a frame of zeros, as the tile unit reads it.
///
///     [parts][phases of rows][rows][columns][channels], without padding between pixels
///
/// Neighbouring patches lie at equal distances throughout the image, from the end of one row to the
/// beginning of the next too: whatever lies between is swept over, and what it yields is not written. So a
/// tile takes 16 patches in reading order, however narrow the map. With stride s every s-th row is of one
/// phase. The right border of a row is the left border of the next.
struct TileFrame: Sendable {
  let shape: FeatureMapShape
  let parts: Int
  let top: Int
  let left: Int
  /// Pixels from one patch to the next, both ways.
  let stride: Int
  /// Rows of the kernel that slides over it; phases beyond them are not copied.
  private let kernelHeight: Int
  /// Pixels from one row of a phase to the next.
  let pitch: Int
  private let phaseStride: Int
  /// Elements from one part to the next.
  let partStride: Int

  init(
    _ shape: FeatureMapShape, parts: Int, top: Int, left: Int, stride: Int, kernelHeight: Int,
    kernelWidth: Int, outputRows: Int, outputColumns: Int
  ) {
    self.shape = shape
    self.parts = parts
    self.top = top
    self.left = left
    self.stride = stride
    self.kernelHeight = kernelHeight
    let right = max((outputColumns - 1) * stride + kernelWidth - left - shape.width, 0)
    let width = max(shape.width + max(left, right), outputColumns * stride)
    pitch = (width + stride - 1) / stride * stride
    let rows = max(top + shape.height, (outputRows - 1) * stride + kernelHeight)
    phaseStride = (rows + stride - 1) / stride * pitch * shape.channels
    // Beyond the last patch a tile reads on for up to 32 patches and a step of 32 elements.
    let beyond = (2 * TileUnit.width * stride + kernelWidth) * shape.channels + 2 * TileUnit.depth
    partStride = (stride * phaseStride + beyond + 31) / 32 * 32
  }

  /// Elements from one pixel to the next.
  var pixelStride: Int { shape.channels }

  /// Patches from one row of outputs to the next.
  var patchPitch: Int { pitch / stride }

  /// Floats of scratch memory.
  var count: Int { (parts * partStride + 31) / 32 * 16 }

  /// Elements before the patches' part in a row of the kernel.
  @inline(__always)
  func offset(ofKernelRow row: Int) -> Int {
    row % stride * phaseStride + row / stride * pitch * pixelStride
  }

  /// Clears the frame, which copying leaves alone.
  func clear(_ target: UnsafeMutablePointer<Float>) {
    target.update(repeating: 0, count: count)
  }

  /// Copies an image into the frame.
  ///
  /// Whole vectors are written and pixels stand closer: the zeros of one's padding are overwritten by the
  /// next, and behind the last of a row there are zeros anyway.
  @inline(__always)
  func fill(_ target: UnsafeMutablePointer<Float>, from image: UnsafePointer<Float>) {
    let base = UnsafeMutableRawPointer(target)
    for row in 0..<shape.height where (row + top) % stride < kernelHeight {
      var pixel = image + row * shape.width * shape.channelStride
      var copy = base + 2 * (offset(ofKernelRow: row + top) + left * pixelStride)
      if shape.fillsVectors {
        for _ in 0..<shape.width {
          for lane in 0..<shape.channelStride / TileUnit.width {
            TileParts.store(
              vectors(pixel)[lane], to: copy + 2 * TileUnit.width * lane, parts: parts,
              partStride: partStride)
          }
          pixel += shape.channelStride
          copy += 2 * pixelStride
        }
      } else {
        for _ in 0..<shape.width {
          for channel in 0..<shape.channels {
            TileParts.store(
              pixel[channel], to: copy + 2 * channel, parts: parts, partStride: partStride)
          }
          pixel += shape.channelStride
          copy += 2 * pixelStride
        }
      }
    }
  }
}
