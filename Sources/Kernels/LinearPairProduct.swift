import Tensors

/// What `LinearProduct` is in float32, in bfloat16 with sums in float32: by products of pairs in vectors.
///
/// Maps and weights are rounded and laid out in pairs as they are read. Work is cut by the layer's sizes
/// alone, and each image's numbers are summed alike whatever their count.
///
/// Shapes: x `[N, I]`, y `[N, O]`, weight `[I, O]`; I and O are multiples of 16.
struct LinearPairProduct {
  /// Vectors of one image of x.
  let inputVectors: Int
  /// Vectors of one image of y.
  let outputVectors: Int

  /// Vectors of outputs or inputs in a piece of work: many share one reading of the maps, few are shared
  /// well among threads.
  static var blockVectors: Int { 4 }
  /// Pairs that are multiplied before the next rows' turn: their numbers in two vectors take 32 KiB.
  static var panelPairs: Int { 256 }

  init(inputs: Int, outputs: Int) {
    inputVectors = inputs / FeatureMapShape.vectorWidth
    outputVectors = outputs / FeatureMapShape.vectorWidth
  }

  /// Pairs of inputs.
  var inputPairs: Int { inputVectors * FeatureMapShape.vectorWidth / 2 }
  /// Pairs of outputs.
  var outputPairs: Int { outputVectors * FeatureMapShape.vectorWidth / 2 }

  /// Bytes from one row of so many pairs to the next: an odd number of cache lines, since at a power of
  /// two all rows would compete for the same few places of a cache.
  static func rowBytes(pairs: Int) -> Int { ((4 * pairs + 63) / 64 | 1) * 64 }

  /// Vectors of so many images, the last in part.
  static func imageVectors(_ images: Int) -> Int {
    (images + FeatureMapShape.vectorWidth - 1) / FeatureMapShape.vectorWidth
  }

  /// Floats of shared memory that the products of so many images need, and of fewer.
  func sharedCount(images: Int) -> Int {
    let rows = Self.imageVectors(images) * FeatureMapShape.vectorWidth
    return rows * max(Self.rowBytes(pairs: inputPairs) / 4, outputPairs)
  }

  /// Floats of scratch memory that a worker needs for the products of so many images, and of fewer.
  func scratchCount(images: Int) -> Int {
    let width = FeatureMapShape.vectorWidth
    let block = Self.blockVectors * width
    let sums = block * Self.imageVectors(images) * width
    let squares = block * width
    return max(Self.panelCount + sums + squares, block * ((images + 1) / 2))
  }

  /// Floats of a panel of weights as rows or in pairs, whose rows are padded.
  static var panelCount: Int {
    blockVectors * FeatureMapShape.vectorWidth * rowBytes(pairs: panelPairs) / 4
  }

  /// y = x · weight + bias.
  func forward(
    _ x: FeatureMap, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>, into y: FeatureMap,
    on pool: WorkerPool
  ) {
    switch x.shape.precision {
    case .float32: round(x, Float.self, into: pool.shared.memory, on: pool)
    case .bfloat16: round(x, BFloat16.self, into: pool.shared.memory, on: pool)
    }
    let images = x.shape.count
    let (inputPairs, step) = (inputPairs, outputVectors)
    let rowBytes = Self.rowBytes(pairs: inputPairs)
    let rounded = UnsafeRawPointer(pool.shared.memory)
    let (weight, bias, target) = (vectors(weight), vectors(bias), vectors(y.base))
    pool.forEachRange(of: outputVectors, size: Self.blockVectors) { block, scratch in
      let packed = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Pairs.self)
      let sums = vectors(scratch + Self.panelCount)
      let (columns, lanes) = (weight + block.lowerBound, block.count)
      for first in stride(from: 0, to: inputPairs, by: Self.panelPairs) {
        let pairs = min(Self.panelPairs, inputPairs - first)
        Self.pack(
          columns + 2 * first * step, step: step, pairs: pairs, lanes: lanes, into: packed)
        // After its last panel a worker goes on, most often, with the first of the block beside.
        let (next, isLast) = (first + pairs, first + pairs == inputPairs)
        var coming = ComingRows(
          isLast ? columns + lanes : columns + 2 * next * step,
          rows: 2 * min(Self.panelPairs, isLast ? inputPairs : inputPairs - next), step: step,
          vectors: lanes, during: Self.pairsInTurn(rows: images, lanes: lanes, pairs: pairs))
        let product = MatrixPairProduct(
          pairs: pairs, inputBytes: rowBytes, outputStep: lanes, adding: first > 0)
        for lane in stride(from: 0, to: lanes, by: 2) {
          product.run(
            rows: images, rounded + 4 * first, packed + lane * pairs, lanes: min(2, lanes - lane),
            into: sums + lane, fetching: &coming)
        }
      }
      for image in 0..<images {
        for lane in 0..<lanes {
          let output = block.lowerBound + lane
          target[image * step + output] = sums[image * lanes + lane] + bias[output]
        }
      }
    }
  }

  /// Pairs that products of so many rows and vectors multiply one after the other.
  @inline(__always)
  static func pairsInTurn(rows: Int, lanes: Int, pairs: Int) -> Int {
    func turns(_ lanes: Int) -> Int {
      let size = MatrixPairProduct.rowsAtOnce(lanes: lanes)
      return (rows + size - 1) / size
    }
    return (lanes / 2 * turns(2) + lanes % 2 * turns(1)) * pairs
  }

  /// Writes each image's numbers as bfloat16.
  @inline(__always)
  private func round<Element: VectorElement>(
    _ x: FeatureMap, _: Element.Type, into target: UnsafeMutableRawPointer, on pool: WorkerPool
  ) {
    let (inputVectors, rowBytes) = (inputVectors, Self.rowBytes(pairs: inputPairs))
    pool.forEachPiece(x.shape.count) { image, _ in
      let source = PixelVectors<Element>(x, image: image)
      let row = PixelVectors<BFloat16>(target + image * rowBytes)
      for index in 0..<inputVectors { row[index] = source[index] }
    }
  }

  /// Writes the numbers of neighbouring rows side by side, for two vectors at a time:
  /// `[lanes / 2][pairs][2][16][2]`, and of an odd one `[pairs][16][2]`.
  ///
  /// - Parameter step: Vectors from one row to the next.
  @inline(__always)
  private static func pack(
    _ source: UnsafePointer<Vector>, step: Int, pairs: Int, lanes: Int,
    into target: UnsafeMutablePointer<Pairs>
  ) {
    for index in 0..<pairs {
      let row = source + 2 * index * step
      for lane in 0..<lanes & ~1 {
        target[(lane & ~1) * pairs + 2 * index + lane & 1] = roundedPairs(
          row[lane], row[step + lane])
      }
      if lanes & 1 == 1 {
        let lane = lanes - 1
        target[lane * pairs + index] = roundedPairs(row[lane], row[step + lane])
      }
    }
  }
}
