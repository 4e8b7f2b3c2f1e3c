import Tensors

/// A convolution of one map into another.
struct WinogradPass {
  let kernel: WinogradKernel
  let tiles: WinogradTiles
  private let batch: WinogradBatch

  init(
    _ filter: WinogradFilter, layout: KernelLayout, input: FeatureMapShape,
    output: FeatureMapShape, padding: Int
  ) {
    kernel = WinogradKernel(layout: layout, filter: filter, factors: input.arithmetic)
    tiles = WinogradTiles(
      filter: filter, input: input, output: output, padding: padding, segments: kernel.segments)
    batch = WinogradBatch(tiles)
  }

  var scratchCount: Int { batch.count(tiles) }

  func run(
    _ x: FeatureMap, kernel transformed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    into y: FeatureMap, adding: Bool, statistics: ImageStatistics?, on pool: WorkerPool
  ) {
    pool.forEachGroup(of: x.shape.count) { images, scratch in
      let memory = batch.memory(tiles, scratch)
      batch.forEachRows(tiles, images: images) { rows in
        for row in rows.lowerBound..<rows.upperBound + tiles.halo {
          let image = min(row, rows.upperBound - 1) / tiles.rows
          let inImage = row - image * tiles.rows
          let place = (row - rows.lowerBound) * tiles.pitch
          switch kernel.factors {
          case .float32:
            memory.transformInput(tiles, x, image: image, row: inImage, tile: place)
          case .bfloat16:
            memory.transformInputToBFloat16(tiles, x, image: image, row: inImage, tile: place)
          }
        }
        multiply(rows.count * tiles.pitch - tiles.halo, memory, vectors(transformed))
        for row in rows {
          let (image, inImage) = (row / tiles.rows, row % tiles.rows)
          memory.writeOutputs(
            tiles, bias: bias, to: y, image: image, row: inImage,
            tile: (row - rows.lowerBound) * tiles.pitch, adding: adding)
          if inImage == tiles.rows - 1 { statistics?.take(image: image, of: y) }
        }
      }
    }
  }

  /// The products of all points.
  private func multiply(
    _ tileCount: Int, _ memory: WinogradMemory, _ weights: UnsafePointer<Vector>
  ) {
    switch kernel.factors {
    case .float32:
      let product = MatrixProduct(
        inputs: kernel.layout.inputs, inputStep: tiles.inputStep,
        outputStep: tiles.output.lanes)
      forEachProduct(memory, weights) { point, weights, lanes, endsInHalf, target in
        var isFirst = true
        kernel.segments.forEachSegment(atPoint: point) { segment, row, column in
          let tile = tiles.offset(ofRow: row, column)
          product.run(
            rows: tileCount, memory.inputs(ofPoint: point, tile: tile, of: tiles),
            weights + segment * kernel.segmentStep, lanes: lanes, endsInHalf: endsInHalf,
            into: target, adding: !isFirst)
          isFirst = false
        }
      }
    case .bfloat16:
      let product = MatrixPairProduct(
        pairs: kernel.depth, inputBytes: 2 * tiles.input.channelStride,
        outputStep: tiles.output.lanes)
      forEachProduct(memory, weights) { point, weights, lanes, _, target in
        product.run(
          rows: tileCount, memory.inputs(ofPoint: point, as: BFloat16.self),
          UnsafeRawPointer(weights).assumingMemoryBound(to: Pairs.self), lanes: lanes,
          into: target)
      }
    }
  }

  /// Visits the points and at each the blocks of outputs.
  @inline(__always)
  private func forEachProduct(
    _ memory: WinogradMemory, _ weights: UnsafePointer<Vector>,
    _ body: (
      _ point: Int, _ weights: UnsafePointer<Vector>, _ lanes: Int, _ endsInHalf: Bool,
      _ target: UnsafeMutablePointer<Vector>
    ) -> Void
  ) {
    for point in 0..<kernel.filter.points {
      let outputs = memory.outputs + point * memory.outputPointStep
      let weights = weights + point * kernel.pointStep
      kernel.layout.forEachBlock { lane, lanes in
        body(
          point, weights + lane * kernel.depth, lanes,
          kernel.layout.endsInHalf(from: lane, lanes: lanes), outputs + lane)
      }
    }
  }
}
