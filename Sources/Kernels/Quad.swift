import Tensors

/// Sums of outer products, kept in registers: four scalars times one vector at a time.
///
/// Both convolution and its weight gradient are made of these: in the one the scalars are four
/// neighbouring pixels and the sum runs over the patch, in the other the scalars are four places of
/// the patch and the sum runs over pixels. Four to six of them fill most of the 32 vector registers,
/// which leaves enough independent sums to hide the latency of the multiply-add.
struct Quad {
  private var row0 = Vector.zero
  private var row1 = Vector.zero
  private var row2 = Vector.zero
  private var row3 = Vector.zero

  /// Rows of an outer product.
  static let rows = 4

  /// All rows start at `initial`.
  @inline(__always)
  init(_ initial: Vector) {
    row0 = initial
    row1 = initial
    row2 = initial
    row3 = initial
  }

  /// row i += scalars[i · step] · vector.
  @inline(__always)
  mutating func add(_ scalars: UnsafePointer<Float>, step: Int, _ vector: Vector) {
    row0.addProduct(Vector(repeating: scalars[0]), vector)
    row1.addProduct(Vector(repeating: scalars[step]), vector)
    row2.addProduct(Vector(repeating: scalars[2 * step]), vector)
    row3.addProduct(Vector(repeating: scalars[3 * step]), vector)
  }

  /// Writes the first `count` rows, `step` vectors apart, or adds them to what is there.
  @inline(__always)
  func write(to target: UnsafeMutablePointer<Vector>, step: Int, count: Int, adding: Bool) {
    if count >= Self.rows {
      if adding {
        target[0] += row0
        target[step] += row1
        target[2 * step] += row2
        target[3 * step] += row3
      } else {
        target[0] = row0
        target[step] = row1
        target[2 * step] = row2
        target[3 * step] = row3
      }
      return
    }
    writeRow(0, row0, target, step, count, adding)
    writeRow(1, row1, target, step, count, adding)
    writeRow(2, row2, target, step, count, adding)
  }

  @inline(__always)
  private func writeRow(
    _ index: Int, _ row: Vector, _ target: UnsafeMutablePointer<Vector>, _ step: Int, _ count: Int,
    _ adding: Bool
  ) {
    guard index < count else { return }
    target[index * step] = adding ? target[index * step] + row : row
  }
}
