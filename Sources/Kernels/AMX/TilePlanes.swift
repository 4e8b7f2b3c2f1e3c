import CVectors
import Tensors

/// One image of a feature map in bfloat16, channel by channel, with borders of zeros. In a weight
/// gradient it is the matrix whose rows are places of the patch and whose columns are pixels.
///
///     [parts][phases of rows][phases of columns][channels][rows][columns]
///
/// With tile registers, a plane is read as one sequence of pixels, across the ends of rows, and
/// multiplied with a gradient that is zero between rows (`TileGradient`). With vectors, it is read
/// row by row. A tap of the filter is an offset in the plane. With stride s, every s-th row and
/// every s-th column belong to one phase.
struct TilePlanes: Sendable {
  let shape: FeatureMapShape
  let parts: Int
  let padding: Int
  let stride: Int
  private let kernelHeight: Int
  private let kernelWidth: Int
  /// Pixels from one row of a plane to the next, an even number.
  let pitch: Int
  /// Elements from one plane to the next.
  let planeStride: Int
  /// Elements from one part to the next.
  let partStride: Int

  init(_ sizes: ConvolutionSizes, parts: Int) {
    let (geometry, output) = (sizes.geometry, sizes.output)
    shape = sizes.input
    self.parts = parts
    (padding, stride) = (geometry.padding, geometry.stride)
    (kernelHeight, kernelWidth) = (geometry.kernelHeight, geometry.kernelWidth)
    let rows = (output.height - 1) * stride + kernelHeight
    let columns = (output.width - 1) * stride + kernelWidth
    // The right border of a row is the left border of the next.
    let right = max(columns - padding - shape.width, 0)
    let width =
      stride == 1
      ? shape.width + max(padding, right)
      : (max(padding + shape.width, columns) + stride - 1) / stride
    pitch = (width + 1) / 2 * 2
    let planeRows = (max(rows, padding + shape.height) + stride - 1) / stride
    // Vectors are written beyond the end of the last row, and the last step reads beyond it.
    planeStride = planeRows * pitch + TileUnit.depth
    let planes = stride * stride * shape.channels
    // The last tile of channels reads planes that do not exist.
    let beyond = TileUnit.width * planeStride + kernelWidth + kernelHeight * pitch
    partStride = (planes * planeStride + beyond + 31) / 32 * 32
  }

  /// Planes of one phase of rows: those of all phases of columns, one phase after another.
  var planesInPhase: Int { stride * shape.channels }

  /// Pixel tiles, here of planes, in a phase of rows.
  var tilesInPhase: Int { (planesInPhase + TileUnit.width - 1) / TileUnit.width }

  /// Floats of scratch memory.
  var count: Int { (parts * partStride + 31) / 32 * 16 }

  /// Elements before those that a tile of planes reads for a row of the filter and a group of
  /// `stride` columns.
  @inline(__always)
  func offset(kernelRow: Int, columnGroup: Int, tile: Int) -> Int {
    (kernelRow % stride * planesInPhase + tile * TileUnit.width) * planeStride
      + kernelRow / stride * pitch + columnGroup
  }

  /// Copies an image into planes that are zero or hold another image of the same shape.
  ///
  /// - Parameter square: Scratch memory of sixteen vectors.
  @inline(__always)
  func fill(
    _ target: UnsafeMutablePointer<Float>, from map: FeatureMap, image: Int,
    square: UnsafeMutablePointer<Vector>
  ) {
    switch map.shape.precision {
    case _ where !shape.fillsVectors:
      let source = map.base + image * shape.imageStride
      forEachRow(target) { target, first, count in
        fillRow(target, fromImage: source + first * shape.channelStride, count: count)
      }
    case .float32:
      let source = PixelVectors<Float>(map, image: image)
      forEachRow(target) { target, first, count in
        fillRow(target, from: source + first * shape.vectors, count: count, square: square)
      }
    case .bfloat16:
      let source = PixelVectors<BFloat16>(map, image: image)
      forEachRow(target) { target, first, count in
        fillRow(target, from: source + first * shape.vectors, count: count, square: square)
      }
    }
  }

  /// Visits the rows that the filter reaches, once for each phase of columns.
  ///
  /// - Parameter body: Receives the address of the first column's pixel in the first plane, that
  ///   pixel, and the number of columns.
  @inline(__always)
  private func forEachRow(
    _ target: UnsafeMutablePointer<Float>,
    _ body: (_ target: UnsafeMutableRawPointer, _ first: Int, _ count: Int) -> Void
  ) {
    for row in 0..<shape.height where (row + padding) % stride < kernelHeight {
      let (phase, planeRow) = ((row + padding) % stride, (row + padding) / stride)
      for columnPhase in 0..<min(stride, kernelWidth) {
        let first = ((columnPhase - padding) % stride + stride) % stride
        guard first < shape.width else { continue }
        let place =
          (phase * planesInPhase + columnPhase * shape.channels) * planeStride
          + planeRow * pitch + (first + padding) / stride
        body(
          UnsafeMutableRawPointer(target) + 2 * place, row * shape.width + first,
          (shape.width - first + stride - 1) / stride)
      }
    }
  }

  /// Copies pixels, `stride` apart, to neighbouring columns of all planes. Up to fifteen zeros are
  /// written beyond them, which the next row overwrites.
  @inline(__always)
  private func fillRow<Element: VectorElement>(
    _ target: UnsafeMutableRawPointer, from source: PixelVectors<Element>, count: Int,
    square: UnsafeMutablePointer<Vector>
  ) {
    let step = stride * shape.vectors
    for column in Swift.stride(from: 0, to: count, by: TileUnit.width) {
      let pixels = min(TileUnit.width, count - column)
      for vector in 0..<shape.vectors {
        let pixel = source + (column * step + vector)
        for index in 0..<pixels { square[index] = pixel[index * step] }
        for index in pixels..<TileUnit.width { square[index] = .zero }
        transposeFloats16(square)
        let channel = vector * TileUnit.width
        let plane = target + 2 * (channel * planeStride + column)
        for index in 0..<min(TileUnit.width, shape.channels - channel) {
          TileParts.store(
            square[index], to: plane + 2 * index * planeStride, parts: parts,
            partStride: partStride)
        }
      }
    }
  }

  private func fillRow(
    _ target: UnsafeMutableRawPointer, fromImage source: UnsafePointer<Float>, count: Int
  ) {
    let step = stride * shape.channelStride
    for channel in 0..<shape.channels {
      for column in 0..<count {
        TileParts.store(
          source[column * step + channel], to: target + 2 * (channel * planeStride + column),
          parts: parts, partStride: partStride)
      }
    }
  }
}
