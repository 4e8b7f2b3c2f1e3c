import CVectors

/// Pairs of bfloat16, one in each lane.
typealias Pairs = SIMD16<UInt32>

/// Two vectors rounded to bfloat16, lane by lane beside one another.
@inline(__always)
func roundedPairs(_ first: Vector, _ second: Vector) -> Pairs {
  pairHalves(roundToBFloat16(first), roundToBFloat16(second))
}

/// Sums of products of pairs of bfloat16, kept in registers: eight rows of pairs times one vector of them
/// at a time. What `Quad` is for floats, with a dot product of two in each lane.
struct PairSums {
  private var sum0 = Vector.zero
  private var sum1 = Vector.zero
  private var sum2 = Vector.zero
  private var sum3 = Vector.zero
  private var sum4 = Vector.zero
  private var sum5 = Vector.zero
  private var sum6 = Vector.zero
  private var sum7 = Vector.zero

  static let rows = 8

  /// All sums are zero.
  @inline(__always)
  init() {}

  /// Sums go on from those at `memory`, `step` vectors apart.
  @inline(__always)
  init(_ memory: UnsafePointer<Vector>, step: Int) {
    (sum0, sum1, sum2, sum3) = (memory[0], memory[step], memory[2 * step], memory[3 * step])
    (sum4, sum5, sum6, sum7) = (
      memory[4 * step], memory[5 * step], memory[6 * step], memory[7 * step]
    )
  }

  /// sum i += the pair at row i, `step` bytes from row to row, times the pairs of `weights`.
  @inline(__always)
  mutating func add(_ row: UnsafeRawPointer, step: Int, _ weights: Pairs) {
    sum0 = addPairProducts(sum0, row, weights)
    sum1 = addPairProducts(sum1, row + step, weights)
    sum2 = addPairProducts(sum2, row + 2 * step, weights)
    sum3 = addPairProducts(sum3, row + 3 * step, weights)
    sum4 = addPairProducts(sum4, row + 4 * step, weights)
    sum5 = addPairProducts(sum5, row + 5 * step, weights)
    sum6 = addPairProducts(sum6, row + 6 * step, weights)
    sum7 = addPairProducts(sum7, row + 7 * step, weights)
  }

  /// The same for three vectors of weights, row by row: rows that wait for their last vector would take more
  /// registers than there are.
  @inline(__always)
  static func add(
    _ row: UnsafeRawPointer, step: Int, _ weights: (Pairs, Pairs, Pairs),
    to a: inout PairSums, _ b: inout PairSums, _ c: inout PairSums
  ) {
    let row0 = row
    a.sum0 = addPairProducts(a.sum0, row0, weights.0)
    b.sum0 = addPairProducts(b.sum0, row0, weights.1)
    c.sum0 = addPairProducts(c.sum0, row0, weights.2)
    let row1 = row + step
    a.sum1 = addPairProducts(a.sum1, row1, weights.0)
    b.sum1 = addPairProducts(b.sum1, row1, weights.1)
    c.sum1 = addPairProducts(c.sum1, row1, weights.2)
    let row2 = row + 2 * step
    a.sum2 = addPairProducts(a.sum2, row2, weights.0)
    b.sum2 = addPairProducts(b.sum2, row2, weights.1)
    c.sum2 = addPairProducts(c.sum2, row2, weights.2)
    let row3 = row + 3 * step
    a.sum3 = addPairProducts(a.sum3, row3, weights.0)
    b.sum3 = addPairProducts(b.sum3, row3, weights.1)
    c.sum3 = addPairProducts(c.sum3, row3, weights.2)
    let row4 = row + 4 * step
    a.sum4 = addPairProducts(a.sum4, row4, weights.0)
    b.sum4 = addPairProducts(b.sum4, row4, weights.1)
    c.sum4 = addPairProducts(c.sum4, row4, weights.2)
    let row5 = row + 5 * step
    a.sum5 = addPairProducts(a.sum5, row5, weights.0)
    b.sum5 = addPairProducts(b.sum5, row5, weights.1)
    c.sum5 = addPairProducts(c.sum5, row5, weights.2)
    let row6 = row + 6 * step
    a.sum6 = addPairProducts(a.sum6, row6, weights.0)
    b.sum6 = addPairProducts(b.sum6, row6, weights.1)
    c.sum6 = addPairProducts(c.sum6, row6, weights.2)
    let row7 = row + 7 * step
    a.sum7 = addPairProducts(a.sum7, row7, weights.0)
    b.sum7 = addPairProducts(b.sum7, row7, weights.1)
    c.sum7 = addPairProducts(c.sum7, row7, weights.2)
  }

  /// Writes the sums, `step` vectors apart.
  @inline(__always)
  func write(to memory: UnsafeMutablePointer<Vector>, step: Int) {
    (memory[0], memory[step], memory[2 * step], memory[3 * step]) = (sum0, sum1, sum2, sum3)
    (memory[4 * step], memory[5 * step], memory[6 * step], memory[7 * step]) = (
      sum4, sum5, sum6, sum7
    )
  }

  /// Adds the sums to what is there, `step` vectors apart.
  @inline(__always)
  private func add(to memory: UnsafeMutablePointer<Vector>, step: Int) {
    memory[0] += sum0
    memory[step] += sum1
    memory[2 * step] += sum2
    memory[3 * step] += sum3
    memory[4 * step] += sum4
    memory[5 * step] += sum5
    memory[6 * step] += sum6
    memory[7 * step] += sum7
  }

  /// Writes the first `count` sums, `step` vectors apart, or adds them to what is there.
  @inline(__always)
  func write(to memory: UnsafeMutablePointer<Vector>, step: Int, count: Int, adding: Bool) {
    guard count < Self.rows else {
      return adding ? add(to: memory, step: step) : write(to: memory, step: step)
    }
    @inline(__always)
    func put(_ sum: Vector, _ row: Int) {
      guard row < count else { return }
      memory[row * step] = adding ? memory[row * step] + sum : sum
    }
    put(sum0, 0)
    put(sum1, 1)
    put(sum2, 2)
    put(sum3, 3)
    put(sum4, 4)
    put(sum5, 5)
    put(sum6, 6)
    put(sum7, 7)
  }

  /// Writes the sums around the caches, `step` vectors apart.
  @inline(__always)
  func stream(to memory: UnsafeMutablePointer<Vector>, step: Int) {
    streamFloats(memory, sum0)
    streamFloats(memory + step, sum1)
    streamFloats(memory + 2 * step, sum2)
    streamFloats(memory + 3 * step, sum3)
    streamFloats(memory + 4 * step, sum4)
    streamFloats(memory + 5 * step, sum5)
    streamFloats(memory + 6 * step, sum6)
    streamFloats(memory + 7 * step, sum7)
  }
}
