import CVectors
import Tensors

/// Sums of outer products that stay in registers: `rows` scalars times `columns` vectors.
///
///     sum[r, c] += scalar[r] · vector[c]
///
/// All matrix products and direct convolutions are loops around these. The largest blocks have 16
/// to 24 sums, which fill half to three quarters of 32 vector registers, and are enough independent
/// sums to hide the latency of a multiply-add (`RegisterBlockSize`).
///
/// Sums stay in registers only if the compiler knows every index into them: hence the sizes in the
/// type, and `forEachRow`, which writes out the one loop that it would not unroll.
struct RegisterBlock<Column: SIMD, let rows: Int, let columns: Int> where Column.Scalar == Float {
  private var sums: InlineArray<rows, InlineArray<columns, Column>>

  static var rowCount: Int {
    @inline(__always) get { rows }
  }

  /// All sums are zero.
  @inline(__always)
  init() { sums = InlineArray { _ in InlineArray { _ in .zero } } }

  /// Each row starts with these vectors, or with zero if they are nil.
  @inline(__always)
  init(rowsOf vectors: UnsafePointer<Column>?) {
    if let vectors {
      sums = InlineArray { _ in InlineArray { column in vectors[column] } }
    } else {
      sums = InlineArray { _ in InlineArray { _ in .zero } }
    }
  }

  /// Loads the sums from memory, with rows `step` vectors apart.
  @inline(__always)
  init(from memory: UnsafePointer<Column>, step: Int) {
    sums = InlineArray { row in InlineArray { column in memory[row * step + column] } }
  }

  /// Adds the outer product of the scalars `scalars[r · step]` and some vectors.
  @inline(__always)
  mutating func add(_ scalars: UnsafePointer<Float>, step: Int, _ vectors: UnsafePointer<Column>) {
    for row in 0..<rows {
      let scalar = Column(repeating: scalars[row * step])
      for column in 0..<columns { sums[row][column].addProduct(scalar, vectors[column]) }
    }
  }

  /// Writes the first `count` rows, `step` vectors apart, or adds them to the sums in memory.
  @inline(__always)
  func write(to target: UnsafeMutablePointer<Column>, step: Int, count: Int, adding: Bool) {
    guard count < rows else {
      return adding ? add(to: target, step: step) : write(to: target, step: step)
    }
    forEachRow { row in
      guard row < count else { return }
      for column in 0..<columns {
        let (place, sum) = (target + (row * step + column), sums[row][column])
        place.pointee = adding ? place.pointee + sum : sum
      }
    }
  }

  /// Writes all rows, `step` vectors apart.
  @inline(__always)
  func write(to target: UnsafeMutablePointer<Column>, step: Int) {
    for row in 0..<rows {
      for column in 0..<columns { target[row * step + column] = sums[row][column] }
    }
  }

  /// Adds all rows to the sums in memory, `step` vectors apart.
  @inline(__always)
  private func add(to target: UnsafeMutablePointer<Column>, step: Int) {
    for row in 0..<rows {
      for column in 0..<columns { target[row * step + column] += sums[row][column] }
    }
  }

  @inline(__always)
  private func forEachRow(_ body: (_ row: Int) -> Void) {
    if rows > 0 { body(0) }
    if rows > 1 { body(1) }
    if rows > 2 { body(2) }
    if rows > 3 { body(3) }
    if rows > 4 { body(4) }
    if rows > 5 { body(5) }
    if rows > 6 { body(6) }
    if rows > 7 { body(7) }
    if rows > 8 { body(8) }
    if rows > 9 { body(9) }
    if rows > 10 { body(10) }
    if rows > 11 { body(11) }
    if rows > 12 { body(12) }
    if rows > 13 { body(13) }
    if rows > 14 { body(14) }
    if rows > 15 { body(15) }
  }
}

/// Pairs of bfloat16, one in each 32-bit lane.
typealias Pairs = SIMD16<UInt32>

/// Rounds two vectors to bfloat16 and pairs them lane by lane.
@inline(__always)
func roundedPairs(_ first: Vector, _ second: Vector) -> Pairs {
  pairHalves(roundToBFloat16(first), roundToBFloat16(second))
}

extension RegisterBlock where Column == Vector {
  /// Adds, in each lane, the dot product of row r's pair of bfloat16 with a pair of each vector.
  ///
  /// - Parameters:
  ///   - pairs: The pair of the first row; the other rows' pairs follow, `step` bytes apart.
  ///   - vectorStep: Vectors from one column's pairs to the next column's.
  @inline(__always)
  mutating func add(
    pairs: UnsafeRawPointer, step: Int, _ vectors: UnsafePointer<Pairs>, vectorStep: Int = 1
  ) {
    for row in 0..<rows {
      // Row by row: column by column, the pairs of all rows would not fit the registers.
      for column in 0..<columns {
        sums[row][column] = addPairProducts(
          sums[row][column], pairs + row * step, vectors[column * vectorStep])
      }
    }
  }

  /// Writes all rows by non-temporal stores, `step` vectors apart.
  @inline(__always)
  func stream(to target: UnsafeMutablePointer<Vector>, step: Int) {
    for row in 0..<rows {
      for column in 0..<columns { streamFloats(target + (row * step + column), sums[row][column]) }
    }
  }
}
