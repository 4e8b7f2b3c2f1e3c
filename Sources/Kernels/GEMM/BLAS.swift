import OpenBLAS

/// Matrix products by OpenBLAS, always on the calling thread: `WorkerPool` divides the work.
enum BLAS {
  /// If the number of rows is a multiple of this, every row of a product is summed in the same
  /// order, whatever its position.
  ///
  /// OpenBLAS's kernels for Haswell, which Zen also uses, compute twelve rows at a time and sum the
  /// remaining rows in another order. Its kernels for the other processors that were tried sum all
  /// rows in the same order.
  static let rowsSummedAlike = ["Haswell", "Zen"].contains(OpenBLAS.loaded.coreName) ? 12 : 1

  private static let product = OpenBLAS.loaded.multiply

  /// C = A · B, or C += A · B, for row-major matrices with strides between rows.
  ///
  /// Shapes: op(A) `[rows, inner]`, op(B) `[inner, columns]`, C `[rows, columns]`; op transposes a
  /// transposed operand.
  @inline(__always)
  static func multiply(
    _ a: Operand, _ b: Operand, into c: UnsafeMutablePointer<Float>, stride: Int,
    adding: Bool = false, rows: Int, columns: Int, inner: Int
  ) {
    product(
      OpenBLAS.Constant.rowMajor, a.transposition, b.transposition,
      CInt(rows), CInt(columns), CInt(inner),
      1, a.base, CInt(a.stride), b.base, CInt(b.stride), adding ? 1 : 0, c, CInt(stride))
  }

  /// A factor of a product: a row-major matrix, possibly transposed.
  struct Operand {
    let base: UnsafePointer<Float>
    let stride: Int
    let transposition: CInt

    static func matrix(_ base: UnsafePointer<Float>, stride: Int) -> Operand {
      Operand(base: base, stride: stride, transposition: OpenBLAS.Constant.asItIs)
    }

    static func transposed(_ base: UnsafePointer<Float>, stride: Int) -> Operand {
      Operand(base: base, stride: stride, transposition: OpenBLAS.Constant.transposed)
    }
  }
}
