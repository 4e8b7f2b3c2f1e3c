import Tensors

/// A convolution's weights in bfloat16, in the order in which `TileUnit` reads them.
///
///     [pairs of output vectors][parts][kernelHeight][steps of 32 elements][1 or 2 vectors][16 pairs][16 outputs][2]
///
/// A row of a patch is a run of kernelWidth · channels elements, padded with zeros to whole steps.
struct TileKernel: Sendable {
  let layout: KernelLayout
  let parts: Int

  /// Elements of a patch's row.
  var runLength: Int { layout.kernelWidth * layout.inputs }

  /// Steps of 32 elements in a row of the filter.
  var steps: Int { (runLength + TileUnit.depth - 1) / TileUnit.depth }

  var pairCount: Int { (layout.vectors + 1) / 2 }

  /// Vectors of outputs in a pair.
  @inline(__always)
  func tiles(inPair pair: Int) -> Int { min(2, layout.vectors - 2 * pair) }

  /// Bytes of one row of the filter.
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

  /// Floats of all packed weights.
  var count: Int {
    layout.vectors * parts * layout.kernelHeight * steps * TileUnit.weightBytes / 4
  }

  /// Packs all weights.
  ///
  /// - Parameter target: `count` floats.
  func pack(
    _ weights: UnsafePointer<Float>, into target: UnsafeMutableRawPointer, on pool: WorkerPool
  ) {
    let rows = layout.kernelHeight
    pool.forEachPiece(pairCount * rows) { piece, _ in
      let pair = piece / rows
      pack(pair: pair, kernelRow: piece % rows, into: target + pairOffset(pair)) { place in
        asVectors(weights + place).pointee
      }
    }
  }

  /// Packs one row of the filter for one pair of output vectors.
  ///
  /// - Parameter weights: Returns the vector of sixteen outputs' weights at a place in `layout`,
  ///   counted in floats.
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
      var walk = InputWalk(layout, output: output, kernelRow: kernelRow)
      for step in 0..<steps {
        var words = row + step * tiles * TileUnit.weightBytes
        for _ in 0..<TileUnit.depth / 2 {
          let first = walk.next().map(weights) ?? .zero
          let second = walk.next().map(weights) ?? .zero
          TileParts.storePairs(first, second, to: words, parts: parts, partBytes: partBytes)
          words += MemoryLayout<Vector>.stride
        }
      }
    }
  }
}

/// Visits the places of one output's weights over a row of a patch, column by column.
private struct InputWalk {
  private let inputs: Int
  private let inputBlock: Int
  /// Floats from one input to the next, and from a block of inputs to the next.
  private let step: Int
  private let blockStep: Int
  private let columnStep: Int
  private var columnsLeft: Int
  private var input = 0
  private var leftInBlock: Int
  private var columnStart: Int
  private var blockStart: Int
  private var place: Int

  @inline(__always)
  init(_ layout: KernelLayout, output: Int, kernelRow: Int) {
    inputs = layout.inputs
    inputBlock = layout.inputBlock
    step = layout.outputStep(output)
    columnStep = inputBlock * step
    blockStep = layout.kernelWidth * columnStep
    columnsLeft = layout.kernelWidth
    leftInBlock = inputBlock
    columnStart =
      columnsLeft > 0 ? layout.place(output: output, input: 0, row: kernelRow, column: 0) : 0
    blockStart = columnStart
    place = columnStart
  }

  /// The next weight's place; nil beyond the row's end.
  @inline(__always)
  mutating func next() -> Int? {
    guard columnsLeft > 0 else { return nil }
    let current = place
    input += 1
    leftInBlock -= 1
    place += step
    if input == inputs {
      columnsLeft -= 1
      input = 0
      columnStart += columnStep
      (blockStart, place, leftInBlock) = (columnStart, columnStart, inputBlock)
    } else if leftInBlock == 0 {
      blockStart += blockStep
      (place, leftInBlock) = (blockStart, inputBlock)
    }
    return current
  }
}
