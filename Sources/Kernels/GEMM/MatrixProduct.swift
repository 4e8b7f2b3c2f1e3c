import Tensors

/// A product of matrices, M = V · U, in register blocks.
///
/// Rows are pixels, or Winograd tiles at one point; columns are outputs.
/// Shapes: V `[rows, inputs]`, U `[inputs, outputs of a block]`, M `[rows, outputs]`.
struct MatrixProduct {
  let inputs: Int
  /// Floats from one row to the next in V.
  let inputStep: Int
  /// Vectors from one row to the next in M.
  let outputStep: Int

  /// Largest row block; the last block may touch rows beyond `rows`.
  static var mostRowsAtOnce: Int { RegisterBlockSize.OfOneVector.rowCount }

  /// Inputs in one sum in registers; longer sums round more.
  static let longestSum = 32

  /// Multiplies by a block of outputs.
  ///
  /// - Parameters:
  ///   - vectors: Vectors of the block.
  ///   - endsInHalf: Whether the second half of the last vector is padding; its sums are left
  ///     undefined.
  @inline(__always)
  func run(
    rows: Int, _ v: UnsafePointer<Float>, _ u: UnsafePointer<Vector>, vectors: Int,
    endsInHalf: Bool = false, into m: UnsafeMutablePointer<Vector>, adding: Bool = false
  ) {
    Nest(product: self, rowCount: rows, v: v, u: u, vectors: vectors, m: m, adding: adding)
      .run(vectors: vectors, endsInHalf: endsInHalf)
  }

  private struct Nest: RegisterNest {
    let product: MatrixProduct
    let rowCount: Int
    let v: UnsafePointer<Float>
    let u: UnsafePointer<Vector>
    let vectors: Int
    let m: UnsafeMutablePointer<Vector>
    let adding: Bool

    @inline(__always)
    func run<Column: SIMD, let rows: Int, let columns: Int>(
      _: RegisterBlock<Column, rows, columns>.Type, from first: Int
    ) {
      let (inputStep, weightStep) = (product.inputStep, vectors * Column.countInVector)
      let outputStep = product.outputStep * Column.countInVector
      let weights = UnsafeRawPointer(u).assumingMemoryBound(to: Column.self) + first
      let target = UnsafeMutableRawPointer(m).assumingMemoryBound(to: Column.self) + first
      var input = 0
      while input < product.inputs {
        let end = min(input + MatrixProduct.longestSum, product.inputs)
        var row = 0
        while row < rowCount {
          let x = v + row * inputStep
          var sums = RegisterBlock<Column, rows, columns>()
          for input in input..<end {
            sums.add(x + input, step: inputStep, weights + input * weightStep)
          }
          sums.write(
            to: target + row * outputStep, step: outputStep, count: rows,
            adding: adding || input > 0)
          row += rows
        }
        input = end
      }
    }
  }
}
