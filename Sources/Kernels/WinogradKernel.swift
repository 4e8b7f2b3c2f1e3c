import CVectors
import Tensors

/// A kernel at the 16 points, in the order in which products read it.
///
///     [points][segments][blocks of outputs][inputs][outputs of a block]
///
/// Factors in bfloat16 lie in pairs of inputs, with a zero behind an odd last one.
struct WinogradKernel {
  let layout: KernelLayout
  /// What products multiply; they are summed in float32.
  let factors: Precision

  /// Inputs, or pairs of them.
  var depth: Int { factors == .float32 ? layout.inputs : (layout.inputs + 1) / 2 }

  var segments: WinogradSegments { WinogradSegments(kernel: layout.kernelWidth) }

  /// Vectors from one segment to the next.
  var segmentStep: Int { depth * layout.lanes }

  /// Vectors from one point to the next.
  var pointStep: Int { segments.total * segmentStep | 1 }

  /// Floats of all points.
  var count: Int { WinogradTransform.points * pointStep * FeatureMapShape.vectorWidth }

  /// G g Gᵀ, in `Double`: what is rounded here goes into every sum.
  func transform(
    _ weight: UnsafePointer<Float>, into target: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let target = vectors(target)
    pool.forEachPiece(layout.lanes) { lane, _ in
      let output = lane * FeatureMapShape.vectorWidth
      let step = layout.outputStep(output) / FeatureMapShape.vectorWidth
      // The block's first vector, and this one's place in it.
      let (first, inBlock) = layout.block(ofLane: lane)
      segments.forEachSegment { segment, row, column in
        let (rows, columns) = (segments.taps(row), segments.taps(column))
        for index in 0..<depth {
          let place = target + (segment * segmentStep + first * depth + index * step + inBlock)
          func points(ofInput input: Int) -> WidePoints {
            WidePoints(weight, layout, output: output, input: input, rows: rows, columns: columns)
          }
          switch factors {
          case .float32:
            let points = points(ofInput: index)
            for row in 0..<4 {
              let line = points[row]
              let place = place + 4 * row * pointStep
              place[0] = line.first.floats
              place[pointStep] = line.second.floats
              place[2 * pointStep] = line.third.floats
              place[3 * pointStep] = line.fourth.floats
            }
          case .bfloat16:
            let (points, others) = (points(ofInput: 2 * index), points(ofInput: 2 * index + 1))
            for row in 0..<4 {
              let (line, other) = (points[row], others[row])
              let place = UnsafeMutableRawPointer(place + 4 * row * pointStep)
                .assumingMemoryBound(to: Pairs.self)
              place[0] = line.first.paired(with: other.first)
              place[pointStep] = line.second.paired(with: other.second)
              place[2 * pointStep] = line.third.paired(with: other.third)
              place[3 * pointStep] = line.fourth.paired(with: other.fourth)
            }
          }
        }
      }
    }
  }

  /// The gradient of g from those at the points, as a kernel lies in memory.
  func transformBack(
    _ sums: UnsafePointer<Float>, into gradient: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let sums = vectors(sums)
    if layout.hasInputPadding { gradient.update(repeating: 0, count: layout.count) }
    pool.forEachPiece(layout.lanes) { lane, _ in
      let output = lane * FeatureMapShape.vectorWidth
      let step = layout.outputStep(output) / FeatureMapShape.vectorWidth
      let (first, inBlock) = layout.block(ofLane: lane)
      segments.forEachSegment { segment, row, column in
        let (rows, columns) = (segments.taps(row), segments.taps(column))
        for input in 0..<layout.inputs {
          let place =
            sums + (segment * segmentStep + first * layout.inputs + input * step + inBlock)
          let a = read(place).weights
          let b = read(place + 4 * pointStep).weights
          let c = read(place + 8 * pointStep).weights
          let d = read(place + 12 * pointStep).weights
          func put(_ line: WinogradTransform.Line, column: Int) {
            guard column < columns.count else { return }
            let weights = line.weights
            func put(_ weight: Vector, row: Int) {
              guard row < rows.count else { return }
              let place = layout.place(
                output: output, input: input, row: rows.lowerBound + row,
                column: columns.lowerBound + column)
              vectors(gradient + place).pointee = weight
            }
            put(weights.0, row: 0)
            put(weights.1, row: 1)
            put(weights.2, row: 2)
          }
          // Points that no product was summed at reach taps alone that are none.
          put(.init(first: a.0, second: b.0, third: c.0, fourth: d.0), column: 0)
          put(.init(first: a.1, second: b.1, third: c.1, fourth: d.1), column: 1)
          put(.init(first: a.2, second: b.2, third: c.2, fourth: d.2), column: 2)
        }
      }
    }
  }

  /// Reads four points.
  @inline(__always)
  private func read(_ place: UnsafePointer<Vector>) -> WinogradTransform.Line {
    .init(
      first: place[0], second: place[pointStep], third: place[2 * pointStep],
      fourth: place[3 * pointStep])
  }
}

/// A kernel of one input at all points, one row of four after the other.
private struct WidePoints {
  private let lines: (WideLine, WideLine, WideLine, WideLine)

  /// - Parameters:
  ///   - input: Beyond the last input all is zero.
  ///   - rows: Taps, three at most; what is missing is zero.
  @inline(__always)
  init(
    _ weight: UnsafePointer<Float>, _ layout: KernelLayout, output: Int, input: Int,
    rows: Range<Int>, columns: Range<Int>
  ) {
    func column(_ column: Int) -> WideLine {
      func weights(_ row: Int) -> WideVector {
        guard input < layout.inputs, row < rows.count, column < columns.count else {
          return WideVector(.zero)
        }
        let place = layout.place(
          output: output, input: input, row: rows.lowerBound + row,
          column: columns.lowerBound + column)
        return WideVector(vectors(weight + place).pointee)
      }
      return WideLine(weights(0), weights(1), weights(2))
    }
    let (a, b, c) = (column(0), column(1), column(2))
    lines = (
      WideLine(a.first, b.first, c.first), WideLine(a.second, b.second, c.second),
      WideLine(a.third, b.third, c.third), WideLine(a.fourth, b.fourth, c.fourth)
    )
  }

  @inline(__always)
  subscript(row: Int) -> WideLine {
    switch row {
    case 0: lines.0
    case 1: lines.1
    case 2: lines.2
    default: lines.3
    }
  }
}

/// G times three weights.
private struct WideLine {
  let first: WideVector
  let second: WideVector
  let third: WideVector
  let fourth: WideVector

  @inline(__always)
  init(_ a: WideVector, _ b: WideVector, _ c: WideVector) {
    let (outer, inner) = ((a + c).half, b.half)
    (first, second, third, fourth) = (a, outer + inner, outer - inner, c)
  }
}

/// Sixteen numbers as doubles.
private struct WideVector {
  private let low: SIMD8<Double>
  private let high: SIMD8<Double>

  @inline(__always)
  private init(low: SIMD8<Double>, high: SIMD8<Double>) {
    (self.low, self.high) = (low, high)
  }

  @inline(__always)
  init(_ vector: Vector) { self.init(low: widenLow(vector), high: widenHigh(vector)) }

  @inline(__always)
  var floats: Vector { narrowDoubles(low, high) }

  /// Rounded to bfloat16, lane by lane before those of another.
  @inline(__always)
  func paired(with other: Self) -> Pairs {
    pairHalves(roundToBFloat16(floats), roundToBFloat16(other.floats))
  }

  @inline(__always)
  var half: Self { Self(low: low * 0.5, high: high * 0.5) }

  @inline(__always)
  static func + (a: Self, b: Self) -> Self { Self(low: a.low + b.low, high: a.high + b.high) }

  @inline(__always)
  static func - (a: Self, b: Self) -> Self { Self(low: a.low - b.low, high: a.high - b.high) }
}
