import Tensors

/// A product of matrices summed over their rows, Vᵀ · D, in register blocks.
///
/// Rows are pixels, or Winograd tiles at one point.
/// Shapes: V `[rows, inputs]`, D `[rows, outputs of a block]`, sums `[inputs, outputs of a block]`.
struct MatrixCorrelation {
  let inputs: Int
  /// Floats from one row to the next in V; all of them may be read.
  let inputStep: Int
  /// Vectors from one row to the next in D.
  let gradientStep: Int
  let rows: Int
  /// Whether the sums are added to those in memory.
  let adding: Bool
  /// Rows in one sum in registers; longer sums round more.
  var rowsInSum = Self.longestSum

  /// Rows in one sum of pixels or Winograd tiles.
  static let longestSum = 16

  /// Sums in registers that some rows are divided into.
  static func sumCount(ofRows rows: Int) -> Int { (rows + longestSum - 1) / longestSum }

  /// - Parameters:
  ///   - vectors: Vectors of the block of outputs.
  ///   - endsInHalf: Whether the second half of the block's last vector is padding.
  ///   - meanwhile: Called before each of `sumCount` sums.
  @inline(__always)
  func run(
    _ v: UnsafePointer<Float>, _ d: UnsafePointer<Vector>, vectors: Int, endsInHalf: Bool,
    into target: UnsafeMutablePointer<Vector>, meanwhile: () -> Void
  ) {
    var row = 0
    while row < rows {
      meanwhile()
      let adding = adding || row > 0
      Nest(
        correlation: self, v: v + row * inputStep, d: d + row * gradientStep,
        rowCount: min(rows - row, rowsInSum), vectors: vectors, target: target, adding: adding
      ).run(vectors: vectors, endsInHalf: endsInHalf)
      clearHalf(vectors: vectors, endsInHalf: endsInHalf, of: target, adding: adding)
      row += rowsInSum
    }
  }

  /// Clears the half of the last vector that octets leave out.
  @inline(__always)
  private func clearHalf(
    vectors: Int, endsInHalf: Bool, of target: UnsafeMutablePointer<Vector>, adding: Bool
  ) {
    guard endsInHalf, RegisterBlockSize.isByOctets(vectors: vectors, endsInHalf: endsInHalf),
      vectors == 1 || !adding
    else { return }
    for input in 0..<inputs { target[input * vectors + vectors - 1].highHalf = .zero }
  }

  /// One register block for every `rows` inputs × `columns` vectors.
  private struct Nest: RegisterNest {
    let correlation: MatrixCorrelation
    let v: UnsafePointer<Float>
    let d: UnsafePointer<Vector>
    let rowCount: Int
    let vectors: Int
    let target: UnsafeMutablePointer<Vector>
    let adding: Bool

    @inline(__always)
    func run<Column: SIMD, let rows: Int, let columns: Int>(
      _: RegisterBlock<Column, rows, columns>.Type, from first: Int
    ) {
      let (inputs, inputStep) = (correlation.inputs, correlation.inputStep)
      let gradientStep = correlation.gradientStep * Column.countInVector
      let step = vectors * Column.countInVector
      let d = UnsafeRawPointer(d).assumingMemoryBound(to: Column.self) + first
      let target = UnsafeMutableRawPointer(target).assumingMemoryBound(to: Column.self) + first
      var input = 0
      while input < inputs {
        var sums = RegisterBlock<Column, rows, columns>()
        var (x, gradient) = (v + input, d)
        for _ in 0..<rowCount {
          sums.add(x, step: 1, gradient)
          x += inputStep
          gradient += gradientStep
        }
        sums.write(to: target + input * step, step: step, count: inputs - input, adding: adding)
        input += rows
      }
    }
  }
}
