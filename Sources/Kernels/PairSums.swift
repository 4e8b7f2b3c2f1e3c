import CVectors

/// Pairs of bfloat16, one in each lane.
typealias Pairs = SIMD16<UInt32>

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

  /// Writes the sums, `step` vectors apart.
  @inline(__always)
  func write(to memory: UnsafeMutablePointer<Vector>, step: Int) {
    (memory[0], memory[step], memory[2 * step], memory[3 * step]) = (sum0, sum1, sum2, sum3)
    (memory[4 * step], memory[5 * step], memory[6 * step], memory[7 * step]) = (
      sum4, sum5, sum6, sum7
    )
  }

  /// Writes the first `count` sums, `step` vectors apart, or adds them to what is there.
  @inline(__always)
  func write(to memory: UnsafeMutablePointer<Vector>, step: Int, count: Int, adding: Bool) {
    guard adding || count < Self.rows else { return write(to: memory, step: step) }
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
