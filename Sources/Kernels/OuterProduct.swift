import Tensors

/// Sums of outer products, kept in registers: eight scalars times one vector at a time.
///
/// Both convolution and its weight gradient are made of these: in the one the scalars are eight
/// neighbouring pixels and the sum runs over the patch, in the other the scalars are eight places of
/// the patch and the sum runs over pixels. Two of them fill sixteen of the 32 vector registers, which
/// leaves enough independent sums to hide the latency of the multiply-add.
struct OuterProduct {
  private var row0 = Vector.zero
  private var row1 = Vector.zero
  private var row2 = Vector.zero
  private var row3 = Vector.zero
  private var row4 = Vector.zero
  private var row5 = Vector.zero
  private var row6 = Vector.zero
  private var row7 = Vector.zero

  /// Rows of an outer product.
  static let rows = 8

  /// All rows start at `initial`.
  @inline(__always)
  init(_ initial: Vector) {
    row0 = initial
    row1 = initial
    row2 = initial
    row3 = initial
    row4 = initial
    row5 = initial
    row6 = initial
    row7 = initial
  }

  /// row i += scalars[i · step] · vector.
  @inline(__always)
  mutating func add(_ scalars: UnsafePointer<Float>, step: Int, _ vector: Vector) {
    row0.addProduct(Vector(repeating: scalars[0]), vector)
    row1.addProduct(Vector(repeating: scalars[step]), vector)
    row2.addProduct(Vector(repeating: scalars[2 * step]), vector)
    row3.addProduct(Vector(repeating: scalars[3 * step]), vector)
    row4.addProduct(Vector(repeating: scalars[4 * step]), vector)
    row5.addProduct(Vector(repeating: scalars[5 * step]), vector)
    row6.addProduct(Vector(repeating: scalars[6 * step]), vector)
    row7.addProduct(Vector(repeating: scalars[7 * step]), vector)
  }

  /// Writes the first `count` rows, `step` vectors apart, or adds them to what is there.
  @inline(__always)
  func write(to target: UnsafeMutablePointer<Vector>, step: Int, count: Int, adding: Bool) {
    if count == Self.rows && !adding {
      target[0] = row0
      target[step] = row1
      target[2 * step] = row2
      target[3 * step] = row3
      target[4 * step] = row4
      target[5 * step] = row5
      target[6 * step] = row6
      target[7 * step] = row7
      return
    }
    writeRow(0, row0, target, step, count, adding)
    writeRow(1, row1, target, step, count, adding)
    writeRow(2, row2, target, step, count, adding)
    writeRow(3, row3, target, step, count, adding)
    writeRow(4, row4, target, step, count, adding)
    writeRow(5, row5, target, step, count, adding)
    writeRow(6, row6, target, step, count, adding)
    writeRow(7, row7, target, step, count, adding)
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
