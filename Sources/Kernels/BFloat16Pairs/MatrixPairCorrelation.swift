import Tensors

/// `MatrixCorrelation` for bfloat16 factors: Vᵀ · D with sums in float32, over pairs of rows.
///
/// Shapes: V `[pairs, inputs, 2]`, D `[pairs, outputs of a block, 2]`, sums `[inputs, outputs of a
/// block]`.
struct MatrixPairCorrelation {
  let inputs: Int
  /// Bytes from one pair of rows to the next in V; all of them may be read.
  let inputBytes: Int
  /// Vectors from one pair of rows to the next in D.
  let gradientStep: Int
  let pairs: Int
  /// Whether the sums are added to those in memory.
  let adding: Bool
  /// Vectors from one input's sums to the next's; nil if they are contiguous.
  var sumStep: Int?
  /// Whether the sums are written by non-temporal stores. `inputs` must then be a multiple of
  /// sixteen.
  var streams = false

  /// Register blocks that cover some inputs and a block of outputs.
  static func sumCount(ofInputs inputs: Int, vectors: Int) -> Int {
    let size = RegisterBlockSize.wideRows(vectors: vectors)
    return (inputs + size - 1) / size
  }

  /// - Parameters:
  ///   - vectors: Vectors of the block of outputs.
  ///   - meanwhile: Called before each of `sumCount` sums.
  @inline(__always)
  func run(
    _ v: UnsafeRawPointer, _ d: UnsafePointer<Pairs>, vectors: Int,
    into target: UnsafeMutablePointer<Vector>, meanwhile: () -> Void = {}
  ) {
    switch vectors {
    case 1: run(RegisterBlockSize.OfOneVector.self, v, d, target, meanwhile)
    case 2: run(RegisterBlockSize.OfTwoVectors.self, v, d, target, meanwhile)
    default: run(RegisterBlockSize.OfThreeVectors.self, v, d, target, meanwhile)
    }
  }

  @inline(__always)
  private func run<let rows: Int, let columns: Int>(
    _: RegisterBlock<Vector, rows, columns>.Type, _ v: UnsafeRawPointer,
    _ d: UnsafePointer<Pairs>, _ target: UnsafeMutablePointer<Vector>, _ meanwhile: () -> Void
  ) {
    let step = sumStep ?? columns
    var input = 0
    while input < inputs {
      meanwhile()
      var sums = RegisterBlock<Vector, rows, columns>()
      var (x, gradient) = (v + 4 * input, d)
      for _ in 0..<pairs {
        sums.add(pairs: x, step: 4, gradient)
        x += inputBytes
        gradient += gradientStep
      }
      let target = target + input * step
      if streams {
        sums.stream(to: target, step: step)
      } else {
        sums.write(to: target, step: step, count: inputs - input, adding: adding)
      }
      input += rows
    }
  }
}
