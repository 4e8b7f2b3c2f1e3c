import Tensors

/// A convolution's weights in bfloat16, in the order in which the tile unit reads them.
///
///     [pairs of output vectors][parts][kernelHeight][steps of 32 elements][1 or 2 vectors][16 pairs][16 outputs][2]
///
/// A row of a patch is a run of kernelWidth · channels elements, filled up to whole steps with zeros.
struct TileKernel: Sendable {
  let layout: KernelLayout
  let parts: Int

  /// Elements of a patch's row.
  private var runLength: Int { layout.kernelWidth * layout.inputs }

  /// Steps of 32 elements in a row of the kernel.
  var steps: Int { (runLength + TileUnit.depth - 1) / TileUnit.depth }

  var pairCount: Int { (layout.lanes + 1) / 2 }

  /// Vectors of outputs in a pair.
  @inline(__always)
  func tiles(inPair pair: Int) -> Int { min(2, layout.lanes - 2 * pair) }

  /// Bytes of one row of the kernel.
  @inline(__always)
  func rowBytes(pair: Int) -> Int { steps * tiles(inPair: pair) * TileUnit.weightBytes }

  /// Bytes of one part of a pair.
  @inline(__always)
  func partBytes(pair: Int) -> Int { layout.kernelHeight * rowBytes(pair: pair) }

  /// Bytes before a pair.
  @inline(__always)
  func pairOffset(_ pair: Int) -> Int {
    2 * pair * parts * layout.kernelHeight * steps * TileUnit.weightBytes
  }

  /// Floats of memory for all.
  var count: Int {
    layout.lanes * parts * layout.kernelHeight * steps * TileUnit.weightBytes / 4
  }

  /// Packs one row of the kernel for one pair of output vectors.
  ///
  /// - Parameter weights: The vector of sixteen outputs' weights at a float's place in `layout`.
  @inline(__always)
  func pack(
    pair: Int, kernelRow: Int, into target: UnsafeMutableRawPointer,
    weights: (_ place: Int) -> Vector
  ) {
    let tiles = self.tiles(inPair: pair)
    let partBytes = self.partBytes(pair: pair)
    for tile in 0..<tiles {
      let output = (2 * pair + tile) * TileUnit.width
      let row = target + kernelRow * rowBytes(pair: pair) + tile * TileUnit.weightBytes
      var (column, input) = (0, 0)
      for element in stride(from: 0, to: steps * TileUnit.depth, by: 2) {
        var pair: (Vector, Vector) = (.zero, .zero)
        if column < layout.kernelWidth {
          pair.0 = weights(
            layout.place(output: output, input: input, row: kernelRow, column: column))
          next(&column, &input)
        }
        if column < layout.kernelWidth {
          pair.1 = weights(
            layout.place(output: output, input: input, row: kernelRow, column: column))
          next(&column, &input)
        }
        let place =
          element / TileUnit.depth * tiles * TileUnit.weightBytes
          + element % TileUnit.depth / 2 * MemoryLayout<Vector>.stride
        TileParts.storePairs(
          pair.0, pair.1, to: row + place, parts: parts, partBytes: partBytes)
      }
    }
  }

  @inline(__always)
  private func next(_ column: inout Int, _ input: inout Int) {
    input += 1
    if input == layout.inputs {
      input = 0
      column += 1
    }
  }
}
