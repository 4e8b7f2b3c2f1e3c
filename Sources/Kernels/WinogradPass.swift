import Tensors

/// A convolution of one map into another.
struct WinogradPass {
  let kernel: WinogradKernel
  let tiles: WinogradTiles
  private let batch: WinogradBatch

  init(layout: KernelLayout, input: FeatureMapShape, output: FeatureMapShape, padding: Int) {
    kernel = WinogradKernel(layout: layout)
    tiles = WinogradTiles(input: input, output: output, padding: padding)
    batch = WinogradBatch(tiles, bytes: 524_288, least: 32)
  }

  var scratchCount: Int { batch.count(tiles) }

  func run(
    _ x: FeatureMap, kernel transformed: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    into y: FeatureMap, adding: Bool, statistics: ImageStatistics?, on pool: WorkerPool
  ) {
    let bias = bias.map { vectors($0) }
    pool.forEachGroup(of: x.shape.count) { images, scratch in
      let memory = batch.memory(tiles, scratch)
      batch.forEachRows(tiles, images: images) { rows in
        for row in rows {
          let (image, inImage) = (row / tiles.rows, row % tiles.rows)
          let place = (row - rows.lowerBound) * tiles.columns
          memory.transformInput(tiles, x, image: image, row: inImage, tile: place)
        }
        multiply(rows.count * tiles.columns, memory, vectors(transformed))
        for row in rows {
          let (image, inImage) = (row / tiles.rows, row % tiles.rows)
          let products =
            UnsafePointer(memory.outputs) + (row - rows.lowerBound) * tiles.columns * tiles.output.lanes
          switch y.shape.precision {
          case .float32:
            tiles.writeOutputs(
              of: products, pointStep: memory.outputPointStep, bias: bias, to: y, Float.self,
              image: image, row: inImage, adding: adding)
          case .bfloat16:
            tiles.writeOutputs(
              of: products, pointStep: memory.outputPointStep, bias: bias, to: y, BFloat16.self,
              image: image, row: inImage, adding: adding)
          }
          if inImage == tiles.rows - 1 { statistics?.take(image: image, of: y) }
        }
      }
    }
  }

  /// The products of all points.
  private func multiply(
    _ tileCount: Int, _ memory: WinogradMemory, _ weights: UnsafePointer<Vector>
  ) {
    let layout = kernel.layout
    let product = WinogradProduct(
      inputs: layout.inputs, inputStep: tiles.input.channelStride,
      outputStep: tiles.output.lanes)
    for point in 0..<WinogradTransform.points {
      let inputs = UnsafeRawPointer(memory.inputs + point * memory.inputPointStep)
        .assumingMemoryBound(to: Float.self)
      let outputs = memory.outputs + point * memory.outputPointStep
      let weights = weights + point * kernel.pointStep
      var lane = 0
      while lane < layout.lanes {
        let lanes = layout.lanesInBlock(from: lane)
        product.run(
          tiles: tileCount, inputs, weights + lane * layout.inputs, lanes: lanes,
          into: outputs + lane)
        lane += lanes
      }
    }
  }
}
