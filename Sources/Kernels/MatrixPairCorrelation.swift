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
  /// Vectors from one input's sums to the next's; nil where they lie side by side.
  var sumStep: Int?
  /// Whether the sums are written around the caches; then inputs are a multiple of sixteen.
  var streams = false

  /// Inputs that are summed at once for a block of so many vectors.
  @inline(__always)
  private static func inputsAtOnce(lanes: Int) -> Int {
    lanes == 1 ? 2 * PairSums.rows : PairSums.rows
  }

  /// Sums in registers for so many inputs and a block of so many vectors.
  static func sumCount(ofInputs inputs: Int, lanes: Int) -> Int {
    let size = inputsAtOnce(lanes: lanes)
    return (inputs + size - 1) / size
  }

  /// - Parameter meanwhile: Called before each of `sumCount` sums.
  @inline(__always)
  func run(
    _ v: UnsafeRawPointer, _ d: UnsafePointer<Pairs>, lanes: Int,
    into target: UnsafeMutablePointer<Vector>, meanwhile: () -> Void = {}
  ) {
    for input in stride(from: 0, to: inputs, by: Self.inputsAtOnce(lanes: lanes)) {
      meanwhile()
      let (v, target, rest) = (v + 4 * input, target + input * (sumStep ?? lanes), inputs - input)
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
    let step = sumStep ?? 1
    write(sumsA, to: target, step: step, count: rest)
    write(sumsB, to: target + rows * step, step: step, count: rest - rows)
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
    let step = sumStep ?? 2
    write(sumsA, to: target, step: step, count: rest)
    write(sumsB, to: target + 1, step: step, count: rest)
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
    let step = sumStep ?? 3
    write(sumsA, to: target, step: step, count: rest)
    write(sumsB, to: target + 1, step: step, count: rest)
    write(sumsC, to: target + 2, step: step, count: rest)
  }

  /// Writes the first `count` sums, `step` vectors apart.
  @inline(__always)
  private func write(
    _ sums: PairSums, to target: UnsafeMutablePointer<Vector>, step: Int, count: Int
  ) {
    if streams {
      sums.stream(to: target, step: step)
    } else {
      sums.write(to: target, step: step, count: count, adding: adding)
    }
  }
}
