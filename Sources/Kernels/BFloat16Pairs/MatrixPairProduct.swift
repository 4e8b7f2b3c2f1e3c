import Tensors

/// `MatrixProduct` for bfloat16 factors: M = V · U with sums in float32, over pairs of inputs.
///
/// Shapes: V `[rows, pairs, 2]`, U `[pairs, outputs of a block, 2]`, M `[rows, outputs]`.
struct MatrixPairProduct {
  let pairs: Int
  /// Bytes from one row to the next in V.
  let inputBytes: Int
  /// Vectors from one row to the next in M.
  let outputStep: Int
  /// Whether the products are added to M.
  var adding = false

  /// Multiplies by a block of outputs.
  @inline(__always)
  func run(
    rows: Int, _ v: UnsafeRawPointer, _ u: UnsafePointer<Pairs>, vectors: Int,
    into m: UnsafeMutablePointer<Vector>
  ) {
    var nothing = NoPrefetch()
    run(rows: rows, v, u, vectors: vectors, into: m, prefetching: &nothing)
  }

  /// Multiplies by a block of outputs, and prefetches between some of the pairs.
  @inline(__always)
  func run<Memory: Prefetching>(
    rows: Int, _ v: UnsafeRawPointer, _ u: UnsafePointer<Pairs>, vectors: Int,
    into m: UnsafeMutablePointer<Vector>, prefetching memory: inout Memory
  ) {
    switch vectors {
    case 1: run(RegisterBlockSize.OfOneVector.self, rows, v, u, m, &memory)
    case 2: run(RegisterBlockSize.OfTwoVectors.self, rows, v, u, m, &memory)
    default: run(RegisterBlockSize.OfThreeVectors.self, rows, v, u, m, &memory)
    }
  }

  @inline(__always)
  private func run<Memory: Prefetching, let rows: Int, let columns: Int>(
    _: RegisterBlock<Vector, rows, columns>.Type, _ rowCount: Int, _ v: UnsafeRawPointer,
    _ u: UnsafePointer<Pairs>, _ m: UnsafeMutablePointer<Vector>, _ memory: inout Memory
  ) {
    var row = 0
    while row < rowCount {
      let (v, m) = (v + row * inputBytes, m + row * outputStep)
      var sums = RegisterBlock<Vector, rows, columns>()
      if adding { sums = RegisterBlock(from: m, step: outputStep) }
      forEachPair(prefetching: &memory) { pair in
        sums.add(pairs: v + 4 * pair, step: inputBytes, u + columns * pair)
      }
      sums.write(to: m, step: outputStep)
      row += rows
    }
  }

  /// Pairs that are multiplied between two prefetches.
  private static var pairsInRequest: Int { 8 }

  /// How often the product of some rows by a block of outputs prefetches.
  @inline(__always)
  static func requests(rows: Int, pairs: Int, vectors: Int) -> Int {
    let size = RegisterBlockSize.wideRows(vectors: vectors)
    return (rows + size - 1) / size * ((pairs + pairsInRequest - 1) / pairsInRequest)
  }

  @inline(__always)
  private func forEachPair<Memory: Prefetching>(
    prefetching memory: inout Memory, _ body: (_ pair: Int) -> Void
  ) {
    guard Memory.isNeeded else {
      for pair in 0..<pairs { body(pair) }
      return
    }
    let step = Self.pairsInRequest
    // The copy stays in registers; the parameter would be written to memory after every prefetch.
    var ahead = memory
    for first in stride(from: 0, to: pairs, by: step) {
      ahead.prefetchSome()
      for pair in first..<min(first + step, pairs) { body(pair) }
    }
    memory = ahead
  }
}
