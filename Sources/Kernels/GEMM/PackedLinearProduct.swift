import Tensors

/// The matrix products of a linear layer by loops over register blocks, in float32 or of pairs of
/// bfloat16 with sums in float32.
///
/// Maps and weights are packed, and rounded, as they are read. The layer's sizes alone determine
/// how work is divided, and the outputs of each image are summed in the same order, whatever the
/// batch size.
///
/// Shapes: x `[N, I]`, y `[N, O]`, weight `[I, O]`; I and O are multiples of 16.
struct PackedLinearProduct<Factor: LinearFactor> {
  /// Vectors of one image of x.
  let inputVectors: Int
  /// Vectors of one image of y.
  let outputVectors: Int

  /// Vectors of outputs or inputs in a piece of work: with more of them, the maps are read less
  /// often; with fewer, the work is divided more evenly among threads.
  static var blockVectors: Int { 4 }
  /// Factors of each row that are multiplied before those of the next rows; for two vectors they
  /// occupy 32 KiB.
  static var panelFactors: Int { 256 }

  init(inputs: Int, outputs: Int) {
    inputVectors = inputs / FeatureMapShape.vectorWidth
    outputVectors = outputs / FeatureMapShape.vectorWidth
  }

  /// Factors along an image of x.
  var inputFactors: Int { inputVectors * FeatureMapShape.vectorWidth / Factor.numbers }
  /// Factors along an image of y.
  var outputFactors: Int { outputVectors * FeatureMapShape.vectorWidth / Factor.numbers }

  /// Factors that hold `images` images; the last one may be partly filled.
  static func imageFactors(_ images: Int) -> Int { (images + Factor.numbers - 1) / Factor.numbers }

  /// Bytes of a factor.
  static var factorBytes: Int { Factor.numbers * MemoryLayout<Factor.Number>.size }

  /// Bytes from one row of `factors` factors to the next: an odd number of cache lines. With a
  /// power of two, all rows would compete for the same few cache sets.
  static func rowBytes(factors: Int) -> Int { ((factorBytes * factors + 63) / 64 | 1) * 64 }

  /// Vectors that hold `images` images; the last one may be partly filled.
  static func imageVectors(_ images: Int) -> Int {
    (images + FeatureMapShape.vectorWidth - 1) / FeatureMapShape.vectorWidth
  }

  /// Floats of shared memory that products of up to `images` images need.
  func sharedCount(images: Int) -> Int {
    let rows = Self.imageVectors(images) * FeatureMapShape.vectorWidth
    return rows * max(Self.rowBytes(factors: inputFactors) / 4, outputFactors)
  }

  /// Floats of scratch memory that a worker needs for products of up to `images` images.
  func scratchCount(images: Int) -> Int {
    let width = FeatureMapShape.vectorWidth
    let block = Self.blockVectors * width
    let sums = block * Self.imageVectors(images) * width
    let squares = block * width
    let gathered = Factor.inputsAtOnce * 2 * width
    return max(Self.panelCount + sums + squares, block * Self.imageFactors(images) + gathered)
  }

  /// Floats of a panel of weights, packed or as padded rows.
  static var panelCount: Int {
    blockVectors * FeatureMapShape.vectorWidth * rowBytes(factors: panelFactors) / 4
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
    let (inputFactors, step) = (inputFactors, outputVectors)
    let rowBytes = Self.rowBytes(factors: inputFactors)
    let rounded = UnsafeRawPointer(pool.shared.memory)
    let (weight, bias, target) = (asVectors(weight), asVectors(bias), asVectors(y.base))
    pool.forEachRange(of: outputVectors, size: Self.blockVectors) { block, scratch in
      let packed = UnsafeMutableRawPointer(scratch).assumingMemoryBound(to: Factor.Column.self)
      let sums = asVectors(scratch + Self.panelCount)
      let (columns, vectors) = (weight + block.lowerBound, block.count)
      for first in stride(from: 0, to: inputFactors, by: Self.panelFactors) {
        let factors = min(Self.panelFactors, inputFactors - first)
        Self.pack(
          columns + Factor.numbers * first * step, step: step, factors: factors, vectors: vectors,
          into: packed)
        // After its last panel, a worker usually continues with the first panel of the adjacent
        // block.
        let (next, isLast) = (first + factors, first + factors == inputFactors)
        let nextFactors = min(Self.panelFactors, isLast ? inputFactors : inputFactors - next)
        var coming = RowPrefetch(
          isLast ? columns + vectors : columns + Factor.numbers * next * step,
          rows: Factor.numbers * nextFactors, step: step, vectors: vectors,
          requests: Factor.requests(rows: images, factors: factors, vectors: vectors))
        for column in stride(from: 0, to: vectors, by: 2) {
          Factor.multiply(
            rows: images, factors: factors, rounded + Self.factorBytes * first, rowBytes: rowBytes,
            packed + column * factors, vectors: min(2, vectors - column), into: sums + column,
            step: vectors,
            adding: first > 0, prefetching: &coming)
        }
      }
      for image in 0..<images {
        for column in 0..<vectors {
          let output = block.lowerBound + column
          target[image * step + output] = sums[image * vectors + column] + bias[output]
        }
      }
    }
  }

  /// Writes the elements of each image in the element type of the factors.
  @inline(__always)
  private func round<Element: VectorElement>(
    _ x: FeatureMap, _: Element.Type, into target: UnsafeMutableRawPointer, on pool: WorkerPool
  ) {
    let (inputVectors, rowBytes) = (inputVectors, Self.rowBytes(factors: inputFactors))
    pool.forEachPiece(x.shape.count) { image, _ in
      let source = PixelVectors<Element>(x, image: image)
      let row = PixelVectors<Factor.Number>(target + image * rowBytes)
      for index in 0..<inputVectors { row[index] = source[index] }
    }
  }

  /// Writes factors of neighbouring rows, for two vectors at a time: `[vectors / 2][factors][2]`,
  /// and `[factors]` for an odd last vector.
  ///
  /// - Parameter step: Vectors from one row to the next.
  @inline(__always)
  private static func pack(
    _ source: UnsafePointer<Vector>, step: Int, factors: Int, vectors: Int,
    into target: UnsafeMutablePointer<Factor.Column>
  ) {
    for index in 0..<factors {
      let row = source + Factor.numbers * index * step
      for column in 0..<vectors & ~1 {
        target[(column & ~1) * factors + 2 * index + column & 1] = Factor.column(
          row[column], row[step + column])
      }
      if vectors & 1 == 1 {
        let column = vectors - 1
        target[column * factors + index] = Factor.column(row[column], row[step + column])
      }
    }
  }
}
