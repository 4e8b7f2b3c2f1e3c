import Tensors

/// Weights as the input gradient reads them: rotated by 180°, with inputs and outputs exchanged.
///
/// The input gradient of a convolution with stride s is s² plain convolutions, one for each *phase*
/// of the input's rows and columns. Rotated weights are stored phase by phase. Rotation is linear:
/// a mixture of rotated weights is the rotated mixture.
struct WeightRotation: Sendable {
  let sizes: ConvolutionSizes

  init(_ sizes: ConvolutionSizes) { self.sizes = sizes }

  /// Input rows, or columns, to which the same taps contribute.
  ///
  /// Input row h is multiplied by weight row a for output row (h + padding − a) / stride, if that
  /// is an integer. So the input's rows form `stride` phases by (h + padding) mod stride. Every
  /// `stride`-th tap contributes to a phase, in descending order. The same holds for columns.
  struct Phase {
    /// First input row or column of the phase, and their count.
    let first: Int
    let count: Int
    /// The tap for the smallest output position, and the number of taps.
    let lastTap: Int
    let tapCount: Int
    /// The output position at the first tap and the first input position; may be negative.
    let start: Int

    init(_ residue: Int, extent: Int, kernel: Int, stride: Int, padding: Int) {
      first = ((residue - padding) % stride + stride) % stride
      count = first < extent ? (extent - first + stride - 1) / stride : 0
      tapCount = residue < kernel ? (kernel - residue + stride - 1) / stride : 0
      lastTap = residue + (tapCount - 1) * stride
      start = (first + padding - lastTap) / stride
    }
  }

  private func rowPhase(_ residue: Int) -> Phase {
    Phase(
      residue, extent: sizes.input.height, kernel: sizes.geometry.kernelHeight,
      stride: sizes.geometry.stride, padding: sizes.geometry.padding)
  }

  private func columnPhase(_ residue: Int) -> Phase {
    Phase(
      residue, extent: sizes.input.width, kernel: sizes.geometry.kernelWidth,
      stride: sizes.geometry.stride, padding: sizes.geometry.padding)
  }

  /// The layout of a phase's weights.
  ///
  /// A phase without taps still writes its zeros: its layout has one row of width 0.
  func layout(_ rows: Phase, _ columns: Phase) -> KernelLayout {
    KernelLayout(
      outputs: sizes.input.channels, inputs: sizes.output.channels,
      inputStride: sizes.output.channelStride, kernelHeight: max(rows.tapCount, 1),
      kernelWidth: rows.tapCount > 0 ? columns.tapCount : 0)
  }

  /// The layout with stride 1, which has one phase, and the padding of its convolution.
  var layout: KernelLayout { layout(rowPhase(0), columnPhase(0)) }
  var padding: Int { sizes.geometry.kernelWidth - 1 - sizes.geometry.padding }

  /// Floats of rotated weights.
  var count: Int {
    sizes.geometry.kernelHeight * sizes.geometry.kernelWidth * floatsPerTap
  }

  /// Floats of one tap.
  private var floatsPerTap: Int { sizes.output.channelStride * sizes.input.channelStride }

  /// Visits the phases that have pixels, with the number of floats before each.
  func forEachPhase(_ body: (_ rows: Phase, _ columns: Phase, _ offset: Int) -> Void) {
    var offset = 0
    for row in 0..<sizes.geometry.stride {
      let rows = rowPhase(row)
      for column in 0..<sizes.geometry.stride where rows.count > 0 {
        let columns = columnPhase(column)
        guard columns.count > 0 else { continue }
        body(rows, columns, offset)
        offset += rows.tapCount * columns.tapCount * floatsPerTap
      }
    }
  }

  /// - Parameter rotated: `count` floats.
  func rotate(
    _ weights: UnsafePointer<Float>, into rotated: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    forEachPhase { rows, columns, offset in
      let layout = layout(rows, columns)
      pool.forEachPiece(rows.tapCount * columns.tapCount) { tap, _ in
        rotate(tap, of: weights, rows, columns, layout, into: rotated + offset)
      }
    }
  }

  /// Rotates one tap: squares of sixteen inputs by sixteen outputs, each transposed.
  @inline(__always)
  private func rotate(
    _ tap: Int, of weights: UnsafePointer<Float>, _ rows: Phase, _ columns: Phase,
    _ target: KernelLayout, into rotated: UnsafeMutablePointer<Float>
  ) {
    let (width, layout, step) = (FeatureMapShape.vectorWidth, sizes.layout, sizes.geometry.stride)
    let (targetRow, targetColumn) = (tap / columns.tapCount, tap % columns.tapCount)
    let row = rows.lastTap - targetRow * step
    let column = columns.lastTap - targetColumn * step
    for o in stride(from: 0, to: sizes.output.channelStride, by: width) {
      for c in stride(from: 0, to: sizes.input.channelStride, by: width) {
        transposeSquare(
          weights + layout.place(output: o, input: c, row: row, column: column),
          step: layout.outputStep(o),
          into: rotated + target.place(output: c, input: o, row: targetRow, column: targetColumn),
          step: target.outputStep(c))
      }
    }
  }
}

/// Transposes sixteen vectors; steps are floats from one vector to the next.
@inline(__always)
private func transposeSquare(
  _ source: UnsafePointer<Float>, step sourceStep: Int, into target: UnsafeMutablePointer<Float>,
  step targetStep: Int
) {
  for row in 0..<FeatureMapShape.vectorWidth {
    for column in 0..<FeatureMapShape.vectorWidth {
      target[row * targetStep + column] = source[column * sourceStep + row]
    }
  }
}
