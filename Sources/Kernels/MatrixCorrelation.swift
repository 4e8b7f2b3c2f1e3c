import Tensors

/// A product of matrices summed over their rows, some inputs and a block of outputs at a time in registers:
/// Vᵀ · D.
///
/// Rows are pixels, or tiles at one point of Winograd's convolution.
/// Shapes: V `[rows, inputs]`, D `[rows, outputs of a block]`, sums `[inputs, outputs of a block]`.
struct MatrixCorrelation {
  let inputs: Int
  /// Floats from one row to the next in V, of which all may be read.
  let inputStep: Int
  /// Vectors from one row to the next in D.
  let gradientStep: Int
  let rows: Int
  /// Whether the sums are added to what stands.
  let adding: Bool
  /// Rows in one sum in registers; the more, the more is rounded off.
  var rowsInSum = Self.longestSum

  /// Rows in one sum of pixels or tiles.
  static let longestSum = 16

  /// Sums in registers for so many pixels or tiles.
  static func sumCount(ofRows rows: Int) -> Int { (rows + longestSum - 1) / longestSum }

  /// - Parameters:
  ///   - endsInHalf: Whether the other half of the block's last vector is padding.
  ///   - meanwhile: Called before each of `sumCount` sums.
  @inline(__always)
  func run(
    _ v: UnsafePointer<Float>, _ d: UnsafePointer<Vector>, lanes: Int, endsInHalf: Bool,
    into target: UnsafeMutablePointer<Vector>, meanwhile: () -> Void
  ) {
    var row = 0
    while row < rows {
      meanwhile()
      let count = min(rows - row, rowsInSum)
      run(
        v + row * inputStep, d + row * gradientStep, rows: count, lanes: lanes,
        endsInHalf: endsInHalf, into: target, adding: adding || row > 0)
      row += count
    }
  }

  @inline(__always)
  private func run(
    _ v: UnsafePointer<Float>, _ d: UnsafePointer<Vector>, rows: Int, lanes: Int,
    endsInHalf: Bool, into target: UnsafeMutablePointer<Vector>, adding: Bool
  ) {
    guard !RegisterTile.isByOctets(lanes: lanes, endsInHalf: endsInHalf) else {
      OctetCorrelation(
        rows: inputs, v: v, inputStep: inputStep, d: OctetTiles.octets(d),
        gradientStep: 2 * gradientStep, count: rows, sums: OctetTiles.octets(target),
        step: 2 * lanes, adding: adding
      ).run(lanes: lanes, endsInHalf: endsInHalf)
      guard endsInHalf, lanes == 1 || !adding else { return }
      for input in 0..<inputs { OctetTiles.octets(target + (input * lanes + lanes - 1))[1] = .zero }
      return
    }
    var input = 0
    while input < inputs {
      let (v, target, rest) = (v + input, target + input * lanes, inputs - input)
      switch lanes {
      case 1:
        oneLane(v, d, rest, rows, target, adding)
        input += 4 * Quad.rows
      case 2:
        twoLanes(v, d, rest, rows, target, adding)
        input += 2 * Quad.rows
      default:
        threeLanes(v, d, rest, rows, target, adding)
        input += 2 * Quad.rows
      }
    }
  }

  /// Sixteen inputs by one vector of outputs.
  @inline(__always)
  private func oneLane(
    _ v: UnsafePointer<Float>, _ d: UnsafePointer<Vector>, _ rest: Int, _ rows: Int,
    _ target: UnsafeMutablePointer<Vector>, _ adding: Bool
  ) {
    var sumA = Quad(.zero)
    var (sumB, sumC, sumD) = (sumA, sumA, sumA)
    var (x, gradient) = (v, d)
    for _ in 0..<rows {
      let vector = gradient[0]
      sumA.add(x, step: 1, vector)
      sumB.add(x + 4, step: 1, vector)
      sumC.add(x + 8, step: 1, vector)
      sumD.add(x + 12, step: 1, vector)
      x += inputStep
      gradient += gradientStep
    }
    sumA.write(to: target, step: 1, count: rest, adding: adding)
    sumB.write(to: target + 4, step: 1, count: rest - 4, adding: adding)
    sumC.write(to: target + 8, step: 1, count: rest - 8, adding: adding)
    sumD.write(to: target + 12, step: 1, count: rest - 12, adding: adding)
  }

  /// Eight inputs by two vectors of outputs.
  @inline(__always)
  private func twoLanes(
    _ v: UnsafePointer<Float>, _ d: UnsafePointer<Vector>, _ rest: Int, _ rows: Int,
    _ target: UnsafeMutablePointer<Vector>, _ adding: Bool
  ) {
    var sumA0 = Quad(.zero)
    var (sumA1, sumB0, sumB1) = (sumA0, sumA0, sumA0)
    var (x, gradient) = (v, d)
    for _ in 0..<rows {
      sumA0.add(x, step: 1, gradient[0])
      sumA1.add(x, step: 1, gradient[1])
      sumB0.add(x + 4, step: 1, gradient[0])
      sumB1.add(x + 4, step: 1, gradient[1])
      x += inputStep
      gradient += gradientStep
    }
    sumA0.write(to: target, step: 2, count: rest, adding: adding)
    sumA1.write(to: target + 1, step: 2, count: rest, adding: adding)
    sumB0.write(to: target + 8, step: 2, count: rest - 4, adding: adding)
    sumB1.write(to: target + 9, step: 2, count: rest - 4, adding: adding)
  }

  /// Eight inputs by three vectors of outputs.
  @inline(__always)
  private func threeLanes(
    _ v: UnsafePointer<Float>, _ d: UnsafePointer<Vector>, _ rest: Int, _ rows: Int,
    _ target: UnsafeMutablePointer<Vector>, _ adding: Bool
  ) {
    var sumA0 = Quad(.zero)
    var (sumA1, sumA2, sumB0, sumB1, sumB2) = (sumA0, sumA0, sumA0, sumA0, sumA0)
    var (x, gradient) = (v, d)
    for _ in 0..<rows {
      sumA0.add(x, step: 1, gradient[0])
      sumA1.add(x, step: 1, gradient[1])
      sumA2.add(x, step: 1, gradient[2])
      sumB0.add(x + 4, step: 1, gradient[0])
      sumB1.add(x + 4, step: 1, gradient[1])
      sumB2.add(x + 4, step: 1, gradient[2])
      x += inputStep
      gradient += gradientStep
    }
    sumA0.write(to: target, step: 3, count: rest, adding: adding)
    sumA1.write(to: target + 1, step: 3, count: rest, adding: adding)
    sumA2.write(to: target + 2, step: 3, count: rest, adding: adding)
    sumB0.write(to: target + 12, step: 3, count: rest - 4, adding: adding)
    sumB1.write(to: target + 13, step: 3, count: rest - 4, adding: adding)
    sumB2.write(to: target + 14, step: 3, count: rest - 4, adding: adding)
  }
}

/// The same in registers of 256 bits; its rows are inputs.
private struct OctetCorrelation: OctetSums {
  let rows: Int
  let v: UnsafePointer<Float>
  let inputStep: Int
  let d: UnsafePointer<SIMD8<Float>>
  let gradientStep: Int
  let count: Int
  let sums: UnsafeMutablePointer<SIMD8<Float>>
  let step: Int
  let adding: Bool

  @inline(__always)
  func sum<Tile: OctetTile>(ofRow row: Int, from octet: Int, by _: Tile.Type) {
    var tile = Tile()
    var (x, gradient) = (v + row, d + octet)
    for _ in 0..<count {
      tile.add(x, step: 1, gradient)
      x += inputStep
      gradient += gradientStep
    }
    tile.write(to: sums + (row * step + octet), step: step, count: rows - row, adding: adding)
  }
}
