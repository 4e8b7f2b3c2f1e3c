import Tensors

/// What `MatrixCorrelation` is in float32, for factors in bfloat16: Vᵀ · D with sums in float32, pair by
/// pair of rows.
///
/// Shapes: V `[pairs, inputs, 2]`, D `[pairs, outputs of a block, 2]`, sums `[inputs, outputs of a block]`.
struct MatrixPairCorrelation {
  let inputs: Int
  /// Bytes from one pair to the next in V, of which all may be read.
  let inputBytes: Int
  /// Vectors from one pair to the next in D.
  let gradientStep: Int
  let pairs: Int
  /// Whether the sums are added to what stands.
  let adding: Bool

  @inline(__always)
  func run(
    _ v: UnsafeRawPointer, _ d: UnsafePointer<Pairs>, lanes: Int,
    into target: UnsafeMutablePointer<Vector>
  ) {
    let size = lanes == 1 ? 2 * PairSums.rows : PairSums.rows
    for input in stride(from: 0, to: inputs, by: size) {
      let (v, target, rest) = (v + 4 * input, target + input * lanes, inputs - input)
      switch lanes {
      case 1: oneLane(v, d, rest, target)
      case 2: twoLanes(v, d, rest, target)
      default: threeLanes(v, d, rest, target)
      }
    }
  }

  /// Sixteen inputs by one vector of outputs.
  @inline(__always)
  private func oneLane(
    _ v: UnsafeRawPointer, _ d: UnsafePointer<Pairs>, _ rest: Int,
    _ target: UnsafeMutablePointer<Vector>
  ) {
    let rows = PairSums.rows
    var (sumsA, sumsB) = (PairSums(), PairSums())
    var (x, gradient) = (v, d)
    for _ in 0..<pairs {
      let vector = gradient[0]
      sumsA.add(x, step: 4, vector)
      sumsB.add(x + 4 * rows, step: 4, vector)
      x += inputBytes
      gradient += gradientStep
    }
    sumsA.write(to: target, step: 1, count: rest, adding: adding)
    sumsB.write(to: target + rows, step: 1, count: rest - rows, adding: adding)
  }

  /// Eight inputs by two vectors of outputs.
  @inline(__always)
  private func twoLanes(
    _ v: UnsafeRawPointer, _ d: UnsafePointer<Pairs>, _ rest: Int,
    _ target: UnsafeMutablePointer<Vector>
  ) {
    var (sumsA, sumsB) = (PairSums(), PairSums())
    var (x, gradient) = (v, d)
    for _ in 0..<pairs {
      sumsA.add(x, step: 4, gradient[0])
      sumsB.add(x, step: 4, gradient[1])
      x += inputBytes
      gradient += gradientStep
    }
    sumsA.write(to: target, step: 2, count: rest, adding: adding)
    sumsB.write(to: target + 1, step: 2, count: rest, adding: adding)
  }

  /// Eight inputs by three vectors of outputs.
  @inline(__always)
  private func threeLanes(
    _ v: UnsafeRawPointer, _ d: UnsafePointer<Pairs>, _ rest: Int,
    _ target: UnsafeMutablePointer<Vector>
  ) {
    var (sumsA, sumsB, sumsC) = (PairSums(), PairSums(), PairSums())
    var (x, gradient) = (v, d)
    for _ in 0..<pairs {
      PairSums.add(
        x, step: 4, (gradient[0], gradient[1], gradient[2]), to: &sumsA, &sumsB, &sumsC)
      x += inputBytes
      gradient += gradientStep
    }
    sumsA.write(to: target, step: 3, count: rest, adding: adding)
    sumsB.write(to: target + 1, step: 3, count: rest, adding: adding)
    sumsC.write(to: target + 2, step: 3, count: rest, adding: adding)
  }
}
