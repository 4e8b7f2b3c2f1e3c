import Tensors

/// A product of matrices, some rows and a block of columns at a time in registers: M = V · U.
///
/// Rows are pixels, or tiles at one point of Winograd's convolution; columns are outputs.
/// Shapes: V `[rows, inputs]`, U `[inputs, outputs of a block]`, M `[rows, outputs]`.
struct MatrixProduct {
  let inputs: Int
  /// Floats from one row to the next in V.
  let inputStep: Int
  /// Vectors from one row to the next in M.
  let outputStep: Int

  /// Rows that are computed at once at most. Of the last ones some may lie beyond those asked for, and are
  /// read and written too.
  static let mostRowsAtOnce = 16

  /// Inputs in one sum in registers; the more, the more is rounded off.
  static let longestSum = 32

  /// Multiplies by a block of so many vectors of outputs.
  ///
  /// - Parameter endsInHalf: Whether the other half of the last vector is padding, which nobody reads then.
  @inline(__always)
  func run(
    rows: Int, _ v: UnsafePointer<Float>, _ u: UnsafePointer<Vector>, lanes: Int,
    endsInHalf: Bool = false, into m: UnsafeMutablePointer<Vector>, adding: Bool = false
  ) {
    var input = 0
    while input < inputs {
      let count = min(inputs - input, Self.longestSum)
      run(
        rows: rows, v + input, inputs: count, u + input * lanes, lanes: lanes,
        endsInHalf: endsInHalf, into: m, adding: adding || input > 0)
      input += count
    }
  }

  @inline(__always)
  private func run(
    rows: Int, _ v: UnsafePointer<Float>, inputs: Int, _ u: UnsafePointer<Vector>, lanes: Int,
    endsInHalf: Bool, into m: UnsafeMutablePointer<Vector>, adding: Bool
  ) {
    guard !RegisterTile.isByOctets(lanes: lanes, endsInHalf: endsInHalf) else {
      OctetProduct(
        product: self, rows: rows, v: v, inputs: inputs, u: OctetTiles.octets(u), lanes: lanes,
        m: OctetTiles.octets(m), adding: adding
      ).run(lanes: lanes, endsInHalf: endsInHalf)
      return
    }
    var row = 0
    while row < rows {
      let (v, m) = (v + row * inputStep, m + row * outputStep)
      switch lanes {
      case 1:
        oneLane(v, inputs, u, m, adding)
        row += 4 * Quad.rows
      case 2:
        twoLanes(v, inputs, u, m, adding)
        row += 2 * Quad.rows
      default:
        threeLanes(v, inputs, u, m, adding)
        row += 2 * Quad.rows
      }
    }
  }

  /// Sixteen rows by one vector of outputs.
  @inline(__always)
  private func oneLane(
    _ v: UnsafePointer<Float>, _ inputs: Int, _ u: UnsafePointer<Vector>,
    _ m: UnsafeMutablePointer<Vector>, _ adding: Bool
  ) {
    let (step, rows) = (inputStep, Quad.rows)
    var sumA = Quad(.zero)
    var (sumB, sumC, sumD) = (sumA, sumA, sumA)
    for input in 0..<inputs {
      let (x, vector) = (v + input, u[input])
      sumA.add(x, step: step, vector)
      sumB.add(x + rows * step, step: step, vector)
      sumC.add(x + 2 * rows * step, step: step, vector)
      sumD.add(x + 3 * rows * step, step: step, vector)
    }
    sumA.write(to: m, step: outputStep, count: rows, adding: adding)
    sumB.write(to: m + rows * outputStep, step: outputStep, count: rows, adding: adding)
    sumC.write(to: m + 2 * rows * outputStep, step: outputStep, count: rows, adding: adding)
    sumD.write(to: m + 3 * rows * outputStep, step: outputStep, count: rows, adding: adding)
  }

  /// Eight rows by two vectors of outputs.
  @inline(__always)
  private func twoLanes(
    _ v: UnsafePointer<Float>, _ inputs: Int, _ u: UnsafePointer<Vector>,
    _ m: UnsafeMutablePointer<Vector>, _ adding: Bool
  ) {
    let (step, rows) = (inputStep, Quad.rows)
    var sumA0 = Quad(.zero)
    var (sumA1, sumB0, sumB1) = (sumA0, sumA0, sumA0)
    for input in 0..<inputs {
      let (x, weights) = (v + input, u + 2 * input)
      sumA0.add(x, step: step, weights[0])
      sumA1.add(x, step: step, weights[1])
      sumB0.add(x + rows * step, step: step, weights[0])
      sumB1.add(x + rows * step, step: step, weights[1])
    }
    let second = m + rows * outputStep
    sumA0.write(to: m, step: outputStep, count: rows, adding: adding)
    sumA1.write(to: m + 1, step: outputStep, count: rows, adding: adding)
    sumB0.write(to: second, step: outputStep, count: rows, adding: adding)
    sumB1.write(to: second + 1, step: outputStep, count: rows, adding: adding)
  }

  /// Eight rows by three vectors of outputs.
  @inline(__always)
  private func threeLanes(
    _ v: UnsafePointer<Float>, _ inputs: Int, _ u: UnsafePointer<Vector>,
    _ m: UnsafeMutablePointer<Vector>, _ adding: Bool
  ) {
    let (step, rows) = (inputStep, Quad.rows)
    var sumA0 = Quad(.zero)
    var (sumA1, sumA2, sumB0, sumB1, sumB2) = (sumA0, sumA0, sumA0, sumA0, sumA0)
    for input in 0..<inputs {
      let (x, weights) = (v + input, u + 3 * input)
      sumA0.add(x, step: step, weights[0])
      sumA1.add(x, step: step, weights[1])
      sumA2.add(x, step: step, weights[2])
      sumB0.add(x + rows * step, step: step, weights[0])
      sumB1.add(x + rows * step, step: step, weights[1])
      sumB2.add(x + rows * step, step: step, weights[2])
    }
    let second = m + rows * outputStep
    sumA0.write(to: m, step: outputStep, count: rows, adding: adding)
    sumA1.write(to: m + 1, step: outputStep, count: rows, adding: adding)
    sumA2.write(to: m + 2, step: outputStep, count: rows, adding: adding)
    sumB0.write(to: second, step: outputStep, count: rows, adding: adding)
    sumB1.write(to: second + 1, step: outputStep, count: rows, adding: adding)
    sumB2.write(to: second + 2, step: outputStep, count: rows, adding: adding)
  }
}

/// The same in registers of 256 bits.
private struct OctetProduct: OctetSums {
  let product: MatrixProduct
  let rows: Int
  let v: UnsafePointer<Float>
  let inputs: Int
  let u: UnsafePointer<SIMD8<Float>>
  let lanes: Int
  let m: UnsafeMutablePointer<SIMD8<Float>>
  let adding: Bool

  @inline(__always)
  func sum<Tile: OctetTile>(ofRow row: Int, from octet: Int, by _: Tile.Type) {
    var tile = Tile()
    let x = v + row * product.inputStep
    var weights = u + octet
    for input in 0..<inputs {
      tile.add(x + input, step: product.inputStep, weights)
      weights += 2 * lanes
    }
    tile.write(
      to: m + (row * 2 * product.outputStep + octet), step: 2 * product.outputStep,
      count: OctetTiles.rows, adding: adding)
  }
}
