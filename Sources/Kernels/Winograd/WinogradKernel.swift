import Tensors

/// Weights transformed at all points, in the order in which products read them.
///
///     [points][segments][blocks of outputs][inputs][outputs of a block]
///
/// Factors in bfloat16 are stored as pairs of inputs; an odd last input is paired with zero.
struct WinogradKernel {
  let layout: KernelLayout
  let tileSize: WinogradTile
  /// Precision of the factors; sums are float32.
  let factors: Precision

  private typealias Four = FourPoints<WideVector>
  private typealias Six = SixPoints<WideVector>

  /// Inputs, or pairs of inputs.
  var depth: Int { factors == .float32 ? layout.inputs : (layout.inputs + 1) / 2 }

  var segments: WinogradSegments { WinogradSegments(kernel: layout.kernelWidth) }

  /// Vectors from one segment to the next.
  var segmentStep: Int { depth * layout.vectors }

  /// Vectors from one point to the next.
  var pointStep: Int { segments.total * segmentStep | 1 }

  /// Floats of the weights at all points.
  var count: Int { tileSize.points * pointStep * FeatureMapShape.vectorWidth }

  /// Writes G g Gᵀ, computed in `Double`, since its rounding errors enter every sum.
  func transform(
    _ weight: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    switch tileSize {
    case .two: transform(weight, by: Four.self, into: target, on: pool)
    case .four: transform(weight, by: Six.self, into: target, on: pool)
    }
  }

  @inline(__always)
  private func transform<Points: KernelPoints>(
    _ weight: UnsafePointer<Float>, by _: Points.Type,
    into target: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let target = asVectors(target)
    forEachPlace(on: pool) { output, index, place, rows, columns in
      let place = target + place
      @inline(__always)
      func lines(ofInput input: Int) -> KernelLines<Points> {
        KernelLines(weight, layout, output: output, input: input, rows: rows, columns: columns)
      }
      switch factors {
      case .float32:
        let lines = lines(ofInput: index)
        for row in 0..<Points.count {
          let line = lines[row]
          for point in 0..<Points.count {
            place[(row * Points.count + point) * pointStep] = line[point].floats
          }
        }
      case .bfloat16:
        let (lines, others) = (lines(ofInput: 2 * index), lines(ofInput: 2 * index + 1))
        let place = UnsafeMutableRawPointer(place).assumingMemoryBound(to: Pairs.self)
        for row in 0..<Points.count {
          let (line, other) = (lines[row], others[row])
          for point in 0..<Points.count {
            place[(row * Points.count + point) * pointStep] =
              line[point].paired(with: other[point])
          }
        }
      }
    }
  }

  /// Writes the gradient of g, in the layout of weights, from the gradients at the points.
  func transformBack(
    _ sums: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    switch tileSize {
    case .two: transformBack(sums, by: Four.self, into: gradient, on: pool)
    case .four: transformBack(sums, by: Six.self, into: gradient, on: pool)
    }
  }

  @inline(__always)
  private func transformBack<Points: KernelPoints>(
    _ sums: UnsafePointer<Float>, by _: Points.Type,
    into gradient: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let sums = asVectors(sums)
    if layout.hasInputPadding { gradient.update(repeating: 0, count: layout.count) }
    forEachPlace(on: pool) { output, input, place, rows, columns in
      let place = sums + place
      // Points without products hold arbitrary values; they affect only taps that do not exist.
      @inline(__always)
      func weights(ofRow row: Int) -> (WideVector, WideVector, WideVector) {
        let place = place + row * Points.count * pointStep
        return Points { point in WideVector(place[point * pointStep]) }.weights
      }
      let lines = (
        Points { weights(ofRow: $0).0 }, Points { weights(ofRow: $0).1 },
        Points { weights(ofRow: $0).2 }
      )
      @inline(__always)
      func put(_ line: Points, column: Int) {
        guard column < columns.count else { return }
        let weights = line.weights
        @inline(__always)
        func put(_ weight: WideVector, row: Int) {
          guard row < rows.count else { return }
          let place = layout.place(
            output: output, input: input, row: rows.lowerBound + row,
            column: columns.lowerBound + column)
          asVectors(gradient + place).pointee = weight.floats
        }
        put(weights.0, row: 0)
        put(weights.1, row: 1)
        put(weights.2, row: 2)
      }
      put(lines.0, column: 0)
      put(lines.1, column: 1)
      put(lines.2, column: 2)
    }
  }

  /// Visits every input, or pair of inputs, of every vector of outputs and segment.
  ///
  /// - Parameter body: Receives the vector's first output, the input, the index of the vector of
  ///   weights at a point, and the segment's taps.
  @inline(__always)
  private func forEachPlace(
    on pool: WorkerPool,
    _ body: (
      _ output: Int, _ input: Int, _ place: Int, _ rows: Range<Int>, _ columns: Range<Int>
    ) -> Void
  ) {
    pool.forEachPiece(layout.vectors) { vector, _ in
      let output = vector * FeatureMapShape.vectorWidth
      let step = layout.outputStep(output) / FeatureMapShape.vectorWidth
      // The first vector of the block, and this vector's index in the block.
      let (first, inBlock) = layout.block(ofVector: vector)
      segments.forEachSegment { segment, row, column in
        let (rows, columns) = (segments.taps(row), segments.taps(column))
        let place = segment * segmentStep + first * depth + inBlock
        for input in 0..<depth { body(output, input, place + input * step, rows, columns) }
      }
    }
  }
}

/// The transforms of weights along one axis: `FourPoints` or `SixPoints`.
protocol KernelPoints {
  /// Points along the axis.
  static var count: Int { get }

  /// G times three weights.
  init(weights a: WideVector, _ b: WideVector, _ c: WideVector)

  /// The value at each point.
  init(_ number: (_ point: Int) -> WideVector)

  subscript(index: Int) -> WideVector { get }

  /// The gradients of the weights: Aᵀ of the gradient's transform times the products.
  var weights: (WideVector, WideVector, WideVector) { get }
}

/// The weights of one input at all points, row by row.
private struct KernelLines<Points: KernelPoints> {
  private let columns: (Points, Points, Points)

  /// - Parameters:
  ///   - input: The input; beyond the last one, all weights are zero.
  ///   - rows: Taps, three at most; missing ones are zero.
  @inline(__always)
  init(
    _ weight: UnsafePointer<Float>, _ layout: KernelLayout, output: Int, input: Int,
    rows: Range<Int>, columns: Range<Int>
  ) {
    @inline(__always)
    func column(_ column: Int) -> Points {
      @inline(__always)
      func weights(_ row: Int) -> WideVector {
        guard input < layout.inputs, row < rows.count, column < columns.count else {
          return WideVector(.zero)
        }
        let place = layout.place(
          output: output, input: input, row: rows.lowerBound + row,
          column: columns.lowerBound + column)
        return WideVector(asVectors(weight + place).pointee)
      }
      return Points(weights: weights(0), weights(1), weights(2))
    }
    self.columns = (column(0), column(1), column(2))
  }

  @inline(__always)
  subscript(row: Int) -> Points {
    Points(weights: columns.0[row], columns.1[row], columns.2[row])
  }
}
