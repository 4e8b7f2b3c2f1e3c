import Tensors

/// What `MatrixProduct` is in float32, for factors in bfloat16: M = V · U with sums in float32, pair by pair
/// of inputs.
///
/// Shapes: V `[rows, pairs of inputs, 2]`, U `[pairs, outputs of a block, 2]`, M `[rows, outputs]`.
struct MatrixPairProduct {
  let pairs: Int
  /// Bytes from one row to the next in V.
  let inputBytes: Int
  /// Vectors from one row to the next in M.
  let outputStep: Int
  /// Whether the products are added to what stands in M.
  var adding = false

  /// Multiplies by a block of so many vectors of outputs.
  @inline(__always)
  func run(
    rows: Int, _ v: UnsafeRawPointer, _ u: UnsafePointer<Pairs>, lanes: Int,
    into m: UnsafeMutablePointer<Vector>
  ) {
    var nothing = NoComingRows()
    run(rows: rows, v, u, lanes: lanes, into: m, fetching: &nothing)
  }

  /// Multiplies by a block of so many vectors of outputs, and asks for memory meanwhile.
  @inline(__always)
  func run<Memory: MemoryAhead>(
    rows: Int, _ v: UnsafeRawPointer, _ u: UnsafePointer<Pairs>, lanes: Int,
    into m: UnsafeMutablePointer<Vector>, fetching memory: inout Memory
  ) {
    let size = Self.rowsAtOnce(lanes: lanes)
    for row in stride(from: 0, to: rows, by: size) {
      let (v, m) = (v + row * inputBytes, m + row * outputStep)
      switch lanes {
      case 1: oneLane(v, u, m, &memory)
      case 2: twoLanes(v, u, m, &memory)
      default: threeLanes(v, u, m, &memory)
      }
    }
  }

  /// Rows that are multiplied at once by a block of so many vectors.
  @inline(__always)
  private static func rowsAtOnce(lanes: Int) -> Int {
    lanes == 1 ? 2 * PairSums.rows : PairSums.rows
  }

  /// Pairs that are multiplied from one request for memory to the next.
  private static var pairsInRequest: Int { 8 }

  /// How often the product of so many rows by a block of so many vectors asks for memory.
  @inline(__always)
  static func requests(rows: Int, pairs: Int, lanes: Int) -> Int {
    let size = rowsAtOnce(lanes: lanes)
    return (rows + size - 1) / size * ((pairs + pairsInRequest - 1) / pairsInRequest)
  }

  /// The sums before the first product.
  @inline(__always)
  private func begin(_ m: UnsafeMutablePointer<Vector>) -> PairSums {
    adding ? PairSums(m, step: outputStep) : PairSums()
  }

  /// Visits the pairs; between some of them memory is asked for.
  @inline(__always)
  private func forEachPair<Memory: MemoryAhead>(
    fetching memory: inout Memory, _ body: (_ pair: Int) -> Void
  ) {
    guard Memory.asks else {
      for pair in 0..<pairs { body(pair) }
      return
    }
    let step = Self.pairsInRequest
    // A copy stays in registers, where the original would be written behind every line.
    var ahead = memory
    for first in stride(from: 0, to: pairs, by: step) {
      ahead.fetchSome()
      for pair in first..<min(first + step, pairs) { body(pair) }
    }
    memory = ahead
  }

  /// Sixteen rows by one vector of outputs.
  @inline(__always)
  private func oneLane<Memory: MemoryAhead>(
    _ v: UnsafeRawPointer, _ u: UnsafePointer<Pairs>, _ m: UnsafeMutablePointer<Vector>,
    _ memory: inout Memory
  ) {
    let second = m + PairSums.rows * outputStep
    var (sumsA, sumsB) = (begin(m), begin(second))
    forEachPair(fetching: &memory) { pair in
      let (x, weights) = (v + 4 * pair, u[pair])
      sumsA.add(x, step: inputBytes, weights)
      sumsB.add(x + PairSums.rows * inputBytes, step: inputBytes, weights)
    }
    sumsA.write(to: m, step: outputStep)
    sumsB.write(to: second, step: outputStep)
  }

  /// Eight rows by two vectors of outputs.
  @inline(__always)
  private func twoLanes<Memory: MemoryAhead>(
    _ v: UnsafeRawPointer, _ u: UnsafePointer<Pairs>, _ m: UnsafeMutablePointer<Vector>,
    _ memory: inout Memory
  ) {
    var (sumsA, sumsB) = (begin(m), begin(m + 1))
    forEachPair(fetching: &memory) { pair in
      let (x, weights) = (v + 4 * pair, u + 2 * pair)
      sumsA.add(x, step: inputBytes, weights[0])
      sumsB.add(x, step: inputBytes, weights[1])
    }
    sumsA.write(to: m, step: outputStep)
    sumsB.write(to: m + 1, step: outputStep)
  }

  /// Eight rows by three vectors of outputs.
  @inline(__always)
  private func threeLanes<Memory: MemoryAhead>(
    _ v: UnsafeRawPointer, _ u: UnsafePointer<Pairs>, _ m: UnsafeMutablePointer<Vector>,
    _ memory: inout Memory
  ) {
    var (sumsA, sumsB, sumsC) = (begin(m), begin(m + 1), begin(m + 2))
    forEachPair(fetching: &memory) { pair in
      let (x, weights) = (v + 4 * pair, u + 3 * pair)
      PairSums.add(
        x, step: inputBytes, (weights[0], weights[1], weights[2]), to: &sumsA, &sumsB, &sumsC)
    }
    sumsA.write(to: m, step: outputStep)
    sumsB.write(to: m + 1, step: outputStep)
    sumsC.write(to: m + 2, step: outputStep)
  }
}
