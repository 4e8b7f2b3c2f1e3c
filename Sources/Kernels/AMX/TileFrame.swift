import Tensors

/// One image of a feature map in bfloat16, in a frame of zeros, as `TileUnit` reads it.
///
///     [parts][phases of rows][rows][columns][channels], without padding between pixels
///
/// Consecutive patches are equally far apart throughout the image, also from the end of one row to
/// the beginning of the next: results for positions between rows are computed but not written. So a
/// pixel tile holds 16 patches in reading order, however narrow the map. Without tile registers,
/// rows are computed one by one if their patches fill the vectors. With stride s, every s-th row
/// belongs to one phase. The right border of a row is the left border of the next.
struct TileFrame: Sendable {
  let shape: FeatureMapShape
  let parts: Int
  let top: Int
  let left: Int
  /// Pixels from one patch to the next along both axes.
  let stride: Int
  /// Rows of the filter that slides over the frame; phases beyond them are not copied.
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
    // The zeros of the last pixel's padding must not overwrite the next phase.
    phaseStride = (rows + stride - 1) / stride * pitch * shape.channels + TileUnit.width
    // Tiles read up to 32 patches and one step of 32 elements beyond the last patch.
    let beyond = (2 * TileUnit.width * stride + kernelWidth) * shape.channels + 2 * TileUnit.depth
    partStride = (stride * phaseStride + beyond + 31) / 32 * 32
  }

  /// Elements from one pixel to the next.
  var pixelStride: Int { shape.channels }

  /// Patches from one row of outputs to the next.
  var patchPitch: Int { pitch / stride }

  /// Floats of scratch memory.
  var count: Int { (parts * partStride + 31) / 32 * 16 }

  /// Elements from a patch's start to its part in a row of the filter.
  @inline(__always)
  func offset(ofKernelRow row: Int) -> Int {
    row % stride * phaseStride + row / stride * pitch * pixelStride
  }

  /// Clears the frame. `fill` does not write its border.
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

  /// Writes whole vectors, although pixels are closer together: each pixel overwrites the zeros
  /// that the previous pixel's padding has left, and the last pixel of a row is followed by zeros
  /// anyway.
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

  /// Visits the rows of an image that the filter reaches, with the address of their first pixel in
  /// the frame.
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
