import COpenBLAS

/// Matrix products by OpenBLAS, always on the thread that calls: parallel regions are ours.
public enum BLAS {
  /// The set of kernels OpenBLAS chose when it was loaded, for example "Cooperlake".
  ///
  /// The environment variable `OPENBLAS_CORETYPE` overrides its choice.
  public static var coreName: String { String(cString: openblas_get_corename()) }

  /// OpenBLAS's version and build options.
  public static var configuration: String { String(cString: openblas_get_config()) }

  /// Rows of a product that are summed alike, wherever they stand among so many or a multiple of it.
  ///
  /// The kernels for Haswell, which Zen shares, take twelve rows at a time, and sum what is left over in another
  /// order; those for other processors that we have seen sum all rows alike.
  static let rowsSummedAlike = ["Haswell", "Zen"].contains(coreName) ? 12 : 1

  static func useCallingThreadOnly() { openblas_set_num_threads(1) }

  /// C = A · B, or C += A · B, for row-major matrices with strides between rows.
  ///
  /// Shapes: op(A) `[rows, inner]`, op(B) `[inner, columns]`, C `[rows, columns]`; op transposes
  /// where asked.
  @inline(__always)
  static func multiply(
    _ a: Operand, _ b: Operand, into c: UnsafeMutablePointer<Float>, stride: Int,
    adding: Bool = false, rows: Int, columns: Int, inner: Int
  ) {
    cblas_sgemm(
      CblasRowMajor, a.transposition, b.transposition,
      blasint(rows), blasint(columns), blasint(inner),
      1, a.base, blasint(a.stride), b.base, blasint(b.stride), adding ? 1 : 0, c, blasint(stride))
  }

  /// A factor of a product: a row-major matrix, taken as it is or transposed.
  struct Operand {
    let base: UnsafePointer<Float>
    let stride: Int
    let transposition: CBLAS_TRANSPOSE

    static func matrix(_ base: UnsafePointer<Float>, stride: Int) -> Operand {
      Operand(base: base, stride: stride, transposition: CblasNoTrans)
    }

    static func transposed(_ base: UnsafePointer<Float>, stride: Int) -> Operand {
      Operand(base: base, stride: stride, transposition: CblasTrans)
    }
  }
}
