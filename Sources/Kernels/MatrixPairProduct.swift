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

  /// Multiplies by a block of so many vectors of outputs.
  ///
  /// - Parameter adding: Whether the products are added to what stands.
  @inline(__always)
  func run(
    rows: Int, _ v: UnsafeRawPointer, _ u: UnsafePointer<Pairs>, lanes: Int,
    into m: UnsafeMutablePointer<Vector>, adding: Bool = false
  ) {
    let size = lanes == 1 ? 2 * PairSums.rows : PairSums.rows
    for row in stride(from: 0, to: rows, by: size) {
      let (v, m) = (v + row * inputBytes, m + row * outputStep)
      switch lanes {
      case 1: oneLane(v, u, m, adding)
      case 2: twoLanes(v, u, m, adding)
      default: threeLanes(v, u, m, adding)
      }
    }
  }

  /// Sixteen rows by one vector of outputs.
  @inline(__always)
  private func oneLane(
    _ v: UnsafeRawPointer, _ u: UnsafePointer<Pairs>, _ m: UnsafeMutablePointer<Vector>,
    _ adding: Bool
  ) {
    let rows = PairSums.rows
    var (sumsA, sumsB) = (PairSums(), PairSums())
    for pair in 0..<pairs {
      let (x, weights) = (v + 4 * pair, u[pair])
      sumsA.add(x, step: inputBytes, weights)
      sumsB.add(x + rows * inputBytes, step: inputBytes, weights)
    }
    sumsA.write(to: m, step: outputStep, count: rows, adding: adding)
    sumsB.write(to: m + rows * outputStep, step: outputStep, count: rows, adding: adding)
  }

  /// Eight rows by two vectors of outputs.
  @inline(__always)
  private func twoLanes(
    _ v: UnsafeRawPointer, _ u: UnsafePointer<Pairs>, _ m: UnsafeMutablePointer<Vector>,
    _ adding: Bool
  ) {
    let rows = PairSums.rows
    var (sumsA, sumsB) = (PairSums(), PairSums())
    for pair in 0..<pairs {
      let (x, weights) = (v + 4 * pair, u + 2 * pair)
      sumsA.add(x, step: inputBytes, weights[0])
      sumsB.add(x, step: inputBytes, weights[1])
    }
    sumsA.write(to: m, step: outputStep, count: rows, adding: adding)
    sumsB.write(to: m + 1, step: outputStep, count: rows, adding: adding)
  }

  /// Eight rows by three vectors of outputs.
  @inline(__always)
  private func threeLanes(
    _ v: UnsafeRawPointer, _ u: UnsafePointer<Pairs>, _ m: UnsafeMutablePointer<Vector>,
    _ adding: Bool
  ) {
    let rows = PairSums.rows
    var (sumsA, sumsB, sumsC) = (PairSums(), PairSums(), PairSums())
    for pair in 0..<pairs {
      let (x, weights) = (v + 4 * pair, u + 3 * pair)
      PairSums.add(
        x, step: inputBytes, (weights[0], weights[1], weights[2]), to: &sumsA, &sumsB, &sumsC)
    }
    sumsA.write(to: m, step: outputStep, count: rows, adding: adding)
    sumsB.write(to: m + 1, step: outputStep, count: rows, adding: adding)
    sumsC.write(to: m + 2, step: outputStep, count: rows, adding: adding)
  }
}
