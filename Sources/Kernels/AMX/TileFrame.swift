import Tensors

/// One image of a feature map in bfloat16, in a frame of zeros, as the tile unit reads it.
///
///     [parts][phases of rows][rows][columns][channels], without padding between pixels
///
/// Neighbouring patches lie at equal distances throughout the image, from the end of one row to the
/// beginning of the next too: whatever lies between is swept over, and what it yields is not written. So a
/// tile takes 16 patches in reading order, however narrow the map; vectors go row by row where that fills them. With stride s every s-th row is of one
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
    // The zeros of the last pixel's padding must not reach the next phase.
    phaseStride = (rows + stride - 1) / stride * pitch * shape.channels + TileUnit.width
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
  @inline(__always)
  func fill(_ target: UnsafeMutablePointer<Float>, from map: FeatureMap, image: Int) {
    switch map.shape.precision {
    case _ where !shape.fillsVectors: fillFromImage(target, map, image)
    case .float32: fill(target, from: PixelVectors<Float>(map, image: image))
    case .bfloat16: fill(target, from: PixelVectors<BFloat16>(map, image: image))
    }
  }

  /// Whole vectors are written and pixels stand closer: the zeros of one's padding are overwritten by the
  /// next, and behind the last of a row there are zeros anyway.
  @inline(__always)
  private func fill<Element: VectorElement>(
    _ target: UnsafeMutablePointer<Float>, from image: PixelVectors<Element>
  ) {
    let vectors = shape.vectors
    forEachRow(target) { row, copy in
      var pixel = image + row * shape.width * vectors
      var copy = copy
      for _ in 0..<shape.width {
        for vector in 0..<vectors {
          TileParts.store(
            pixel[vector], to: copy + 2 * TileUnit.width * vector, parts: parts,
            partStride: partStride)
        }
        pixel = pixel + vectors
        copy += 2 * pixelStride
      }
    }
  }

  private func fillFromImage(
    _ target: UnsafeMutablePointer<Float>, _ map: FeatureMap, _ image: Int
  ) {
    let source = map.base + image * shape.imageStride
    forEachRow(target) { row, copy in
      var pixel = source + row * shape.width * shape.channelStride
      var copy = copy
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

  /// Visits the rows of an image that the kernel reaches, with the first pixel's place in the frame.
  @inline(__always)
  private func forEachRow(
    _ target: UnsafeMutablePointer<Float>, _ body: (Int, UnsafeMutableRawPointer) -> Void
  ) {
    for row in 0..<shape.height where (row + top) % stride < kernelHeight {
      let offset = offset(ofKernelRow: row + top) + left * pixelStride
      body(row, UnsafeMutableRawPointer(target) + 2 * offset)
    }
  }
}
