import Tensors

extension ParameterUpdates {
  /// One step of Muon, for each matrix of a parameter:
  ///
  ///     velocity = momentum · velocity + gradient
  ///     u = nesterov ? gradient + momentum · velocity : velocity
  ///     value ← value · √outputs / ‖value‖, if `rescales`
  ///     value −= rate · (weightDecay · value + orthogonal(u))
  ///
  /// where `orthogonal` is `NewtonSchulz`. The step is about equally large in every direction of
  /// the matrix, however small the gradient is in that direction.
  ///
  /// Padding is zero, stays zero and does not count in the norms. Sizes alone determine how work is
  /// divided, so the result has the same bits on any number of threads.
  /// Source: Jordan et al., 2024, "Muon"; rescaled weights: cifar10-airbench, airbench94_muon.
  ///
  /// - Parameters:
  ///   - value, gradient, velocity: The matrices one after another, each in the layout of `matrix`.
  ///   - scratch: `muonScratchCount(for:)` floats.
  public static func muon(
    value: AlignedBuffer, gradient: AlignedBuffer, velocity: AlignedBuffer, matrix: WeightMatrix,
    scratch: AlignedBuffer, rate: Double, momentum: Double, nesterov: Bool, weightDecay: Double,
    steps: Int, rescales: Bool, on pool: WorkerPool
  ) {
    let product = newtonSchulz(for: matrix)
    for first in stride(from: 0, to: value.count, by: matrix.count) {
      let value = value.base + first
      let direction = Direction(
        matrix: matrix, gradient: gradient.base + first, velocity: velocity.base + first,
        momentum: Float(momentum), nesterov: nesterov)
      direction.write(to: scratch.base, on: pool)
      let update = product.run(
        scratch.base, scratch: scratch.base + matrix.count, steps: steps, on: pool)
      var scale = 1 - rate * weightDecay
      if rescales {
        let norm = BufferArithmetic.sumOfSquares(value, count: matrix.count, on: pool).squareRoot()
        // Weights that are all zero cannot be rescaled.
        if norm > 0 { scale *= Double(matrix.outputs).squareRoot() / norm }
      }
      move(value, of: matrix, scale: Float(scale), by: update, rate: Float(rate), on: pool)
    }
  }

  /// Floats of memory that a step of Muon needs.
  public static func muonScratchCount(for matrix: WeightMatrix) -> Int {
    matrix.count + newtonSchulz(for: matrix).scratchCount
  }

  private static func newtonSchulz(for matrix: WeightMatrix) -> NewtonSchulz {
    NewtonSchulz(
      short: min(matrix.columns, matrix.terms), long: max(matrix.columns, matrix.terms))
  }

  /// Terms in a piece of work.
  private static let termsAtOnce = 64

  /// Visits the weights of some terms: each contiguous run in memory, with its place in the matrix
  /// `[long, short]` and the distance between two neighbours there.
  @inline(__always)
  private static func forEachRun(
    of matrix: WeightMatrix, terms: Range<Int>,
    _ body: (_ memory: Int, _ place: Int, _ step: Int, _ count: Int) -> Void
  ) {
    let isTall = matrix.columns > matrix.terms
    matrix.forEachPanel { offset, first, width in
      for term in terms {
        let place = isTall ? first * matrix.terms + term : term * matrix.columns + first
        body(offset + term * width, place, isTall ? matrix.terms : 1, width)
      }
    }
  }

  /// The direction of a step before it is made orthogonal.
  private struct Direction {
    let matrix: WeightMatrix
    let gradient: UnsafeMutablePointer<Float>
    let velocity: UnsafeMutablePointer<Float>
    let momentum: Float
    let nesterov: Bool

    /// Updates the velocity, and writes the direction as `[long, short]`.
    func write(to target: UnsafeMutablePointer<Float>, on pool: WorkerPool) {
      pool.forEachRange(of: matrix.terms, size: termsAtOnce) { terms, _ in
        forEachRun(of: matrix, terms: terms) { memory, place, step, count in
          for index in 0..<count {
            let g = gradient[memory + index]
            let v = momentum * velocity[memory + index] + g
            velocity[memory + index] = v
            target[place + index * step] = nesterov ? g + momentum * v : v
          }
        }
      }
    }
  }

  private static func move(
    _ value: UnsafeMutablePointer<Float>, of matrix: WeightMatrix, scale: Float,
    by update: UnsafeMutablePointer<Float>, rate: Float, on pool: WorkerPool
  ) {
    pool.forEachRange(of: matrix.terms, size: termsAtOnce) { terms, _ in
      forEachRun(of: matrix, terms: terms) { memory, place, step, count in
        for index in 0..<count {
          let change = rate * update[place + index * step]
          value[memory + index] = scale * value[memory + index] - change
        }
      }
    }
  }
}
