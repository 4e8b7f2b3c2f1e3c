import Tensors

/// Winograd's convolution of images that each have a mixture of a bank of weights. The transforms
/// are linear, so the bank is transformed once and mixed at each point: one piece of the weights at
/// a time, which is multiplied while it is in the L1 cache.
///
/// First some images are transformed. Then threads divide the points and their blocks of outputs,
/// and mix and multiply each block image by image. Last, the outputs are written.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, bank `[K, weights at all points]` in float32.
/// Mixtures are rounded if the factors are bfloat16; sums are float32.
struct WinogradMixing: BankPass {
  let kernel: WinogradKernel
  let tiles: WinogradTiles
  let batch: WinogradBatch
  /// Tiles of an image.
  let tileCount: Int
  /// Tiles from one image to the next. Products may write beyond an image's last tile, but not into
  /// the next image's.
  let tilePitch: Int
  /// Images transformed at once; their products read the whole bank only once.
  let imagesAtOnce: Int

  /// Images whose gradients at a point fit the L1 cache together.
  static let gradientsAtOnce = 8

  /// Bytes of transformed tiles that leave room for a bank in the last-level cache.
  private static let transformedBytes = 16 << 20

  /// Inputs whose weights are mixed at once: an even number, at most `MatrixProduct.longestSum`.
  private static let inputsAtOnce = 32

  /// The largest number of images, up to `count`, that consists of whole groups: a group is the
  /// images whose gradients are summed, or whose mixtures are written, together.
  private static func imagesAtOnce(_ count: Int) -> Int {
    let group = count > gradientsAtOnce ? gradientsAtOnce : KernelBank.imagesMixedAtOnce
    return count > group ? count / group * group : count
  }

  init(
    _ tileSize: WinogradTile, factors: Precision, layout: KernelLayout, input: FeatureMapShape,
    output: FeatureMapShape, padding: Int
  ) {
    kernel = WinogradKernel(layout: layout, tileSize: tileSize, factors: .float32)
    let tiles = WinogradTiles(
      tileSize: tileSize, factors: factors, input: input, output: output, padding: padding,
      segments: kernel.segments)
    tileCount = tiles.rows * tiles.columns
    let rowsAtOnce =
      output.vectors == 1 ? MatrixProduct.mostRowsAtOnce : MatrixProduct.mostRowsAtOnce / 2
    tilePitch = (tileCount + rowsAtOnce - 1) / rowsAtOnce * rowsAtOnce
    let imageBytes = 4 * tileSize.points * tilePitch * (tiles.inputStep + output.channelStride)
    imagesAtOnce = min(Self.imagesAtOnce(max(1, Self.transformedBytes / imageBytes)), input.count)
    self.tiles = tiles
    batch = WinogradBatch(rows: (imagesAtOnce * tilePitch + tiles.pitch - 1) / tiles.pitch)
  }

  /// Pieces of work: the blocks of outputs at each point.
  var pieceCount: Int { kernel.tileSize.points * kernel.layout.blockCount }

  /// Floats of scratch memory that a worker needs.
  var scratchCount: Int {
    max(
      KernelBank.imagesMixedAtOnce * Self.inputsAtOnce * 3 * FeatureMapShape.vectorWidth,
      batch.workingCount(tiles))
  }

  func sharedCount(bank: Int, images: Int) -> Int { bankCount(bank) + transformedCount }

  /// Floats of a transformed bank.
  func bankCount(_ kernels: Int) -> Int { kernels * kernel.count }

  /// Floats of transformed tiles.
  var transformedCount: Int { batch.transformedCount(tiles) }

  /// Transforms a bank's sets of weights.
  func transform(
    _ bank: KernelBank, into target: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) -> KernelBank {
    for index in 0..<bank.count {
      kernel.transform(
        bank.kernels + index * bank.stride, into: target + index * kernel.count, on: pool)
    }
    return KernelBank(
      kernels: target, count: bank.count, stride: kernel.count, fractions: bank.fractions)
  }

  func run(
    _ x: FeatureMap, bank: KernelBank, into y: FeatureMap, adding: Bool,
    epilogue: (any ImageEpilogue)?, shared: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let transformed = shared + bankCount(bank.count)
    let bank = transform(bank, into: shared, on: pool)
    forEachImages(of: x) { images in
      pool.forEachPiece(images.count) { index, scratch in
        let memory = batch.memory(tiles, transformed: transformed, working: scratch)
        for row in 0..<tiles.rows {
          memory.transformInput(
            tiles, x, image: images.lowerBound + index, row: row,
            tile: index * tilePitch + row * tiles.columns)
        }
      }
      pool.forEachPiece(pieceCount) { piece, scratch in
        let memory = batch.memory(tiles, transformed: transformed)
        multiply(piece, images, bank, memory, mixed: asVectors(scratch))
      }
      pool.forEachPiece(images.count) { index, scratch in
        let memory = batch.memory(tiles, transformed: transformed, working: scratch)
        let image = images.lowerBound + index
        for row in 0..<tiles.rows {
          memory.writeOutputs(
            tiles, bias: nil, to: y, image: image, row: row,
            tile: index * tilePitch + row * tiles.columns, adding: adding)
        }
        epilogue?.run(image: image, of: y)
      }
    }
  }

  /// Visits the images of a map, `imagesAtOnce` at a time.
  func forEachImages(of map: FeatureMap, _ body: (_ images: Range<Int>) -> Void) {
    for first in stride(from: 0, to: map.shape.count, by: imagesAtOnce) {
      body(first..<min(first + imagesAtOnce, map.shape.count))
    }
  }

  /// The point and the block of outputs of a piece.
  @inline(__always)
  func place(ofPiece piece: Int) -> (point: Int, vector: Int, vectors: Int) {
    let blocks = kernel.layout.blockCount
    // All blocks but the last are pairs of vectors.
    let vector = 2 * (piece % blocks)
    return (piece / blocks, vector, kernel.layout.vectorsInBlock(from: vector))
  }

  /// Mixes and multiplies a piece for some images.
  private func multiply(
    _ piece: Int, _ images: Range<Int>, _ bank: KernelBank, _ memory: WinogradMemory,
    mixed: UnsafeMutablePointer<Vector>
  ) {
    let (point, vector, vectors) = place(ofPiece: piece)
    let layout = kernel.layout
    let first = (point * kernel.pointStep + vector * layout.inputs) * FeatureMapShape.vectorWidth
    let outputs = memory.outputs + (point * memory.outputPointStep + vector)
    let endsInHalf = layout.endsInHalf(from: vector, vectors: vectors)
    let mixedStep = Self.inputsAtOnce * vectors
    for index in stride(from: 0, to: images.count, by: KernelBank.imagesMixedAtOnce) {
      let together = index..<min(index + KernelBank.imagesMixedAtOnce, images.count)
      for input in stride(from: 0, to: layout.inputs, by: Self.inputsAtOnce) {
        let count = min(Self.inputsAtOnce, layout.inputs - input)
        bank.mix(
          at: first + input * vectors * FeatureMapShape.vectorWidth, count: count * vectors,
          images: images.lowerBound + together.lowerBound..<images.lowerBound + together.upperBound,
          into: mixed, step: mixedStep)
        for index in together {
          let tile = index * tilePitch
          let weights = mixed + (index - together.lowerBound) * mixedStep
          let target = outputs + tile * tiles.output.vectors
          switch tiles.factors {
          case .float32:
            MatrixProduct(
              inputs: count, inputStep: tiles.inputStep, outputStep: tiles.output.vectors
            ).run(
              rows: tileCount, memory.inputs(ofPoint: point, tile: tile, of: tiles) + input,
              weights, vectors: vectors, endsInHalf: endsInHalf, into: target, adding: input > 0)
          case .bfloat16:
            let pixels = memory.inputs(ofPoint: point, as: BFloat16.self)
            MatrixPairProduct(
              pairs: (count + 1) / 2, inputBytes: 2 * tiles.inputStep,
              outputStep: tiles.output.vectors, adding: input > 0
            ).run(
              rows: tileCount, pixels + 2 * (tile * tiles.inputStep + input),
              pair(weights, count, vectors: vectors), vectors: vectors, into: target)
          }
        }
      }
    }
  }

  /// Rounds the weights of some inputs to pairs, in place.
  @inline(__always)
  private func pair(
    _ weights: UnsafeMutablePointer<Vector>, _ inputs: Int, vectors: Int
  ) -> UnsafePointer<Pairs> {
    let pairs = UnsafeMutableRawPointer(weights).assumingMemoryBound(to: Pairs.self)
    if inputs % 2 == 1 { (weights + inputs * vectors).update(repeating: .zero, count: vectors) }
    for pair in 0..<(inputs + 1) / 2 {
      let (first, second) = (weights + 2 * pair * vectors, weights + (2 * pair + 1) * vectors)
      for vector in 0..<vectors {
        pairs[pair * vectors + vector] = roundedPairs(first[vector], second[vector])
      }
    }
    return UnsafePointer(pairs)
  }
}
