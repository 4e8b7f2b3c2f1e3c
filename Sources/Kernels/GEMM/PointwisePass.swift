import Tensors

/// A 1×1 convolution with stride 1: a matrix product whose rows are pixels, read in place.
struct PointwisePass: MapPass {
  let layout: KernelLayout
  let input: FeatureMapShape
  let output: FeatureMapShape
  let prefetches: Bool

  /// Pixels of a pass: a multiple of the product's row block whose sums fit the L1 cache.
  private static let pixelsInPass = 4 * MatrixProduct.mostRowsAtOnce

  /// Pairs of inputs.
  private var pairs: Int { (layout.inputs + 1) / 2 }

  /// Whether this pass computes a convolution of these sizes; both maps must have the same
  /// precision.
  static func fits(_ geometry: ConvolutionGeometry, input: FeatureMapShape) -> Bool {
    geometry.kernelHeight == 1 && geometry.kernelWidth == 1 && geometry.stride == 1
      && geometry.padding == 0 && input.fillsVectors
      && geometry.outputShape(for: input).precision == input.precision
  }

  var addsOtherMaps: Bool { true }

  /// Weights in pairs of inputs.
  var sharedCount: Int {
    input.precision == .float32 ? 0 : pairs * layout.vectors * FeatureMapShape.vectorWidth
  }

  /// The sums of a pass, and a copy of its last pixels if they end within a row block.
  var scratchCount: Int { Self.pixelsInPass * (output.channelStride + input.channelStride) }

  func run(
    _ x: FeatureMap, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?, into y: FeatureMap,
    addend: FeatureMap?, epilogue: (any ImageEpilogue)?, shared: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    let bias = bias.map { asVectors($0) }
    switch x.shape.precision {
    case .float32:
      let product = MatrixProduct(
        inputs: layout.inputs, inputStep: input.channelStride, outputStep: output.vectors)
      run(
        x, Float.self, bias: bias, into: y, addend: addend, epilogue: epilogue, on: pool
      ) { count, pixels, vector, vectors, sums in
        product.run(
          rows: count, pixels.assumingMemoryBound(to: Float.self),
          asVectors(weights + layout.blockOffset(from: vector)), vectors: vectors, into: sums)
      }
    case .bfloat16:
      pair(weights, into: shared, on: pool)
      let pairedWeights = UnsafeRawPointer(shared).assumingMemoryBound(to: Pairs.self)
      let product = MatrixPairProduct(
        pairs: pairs, inputBytes: 2 * input.channelStride, outputStep: output.vectors)
      run(
        x, BFloat16.self, bias: bias, into: y, addend: addend, epilogue: epilogue, on: pool
      ) { count, pixels, vector, vectors, sums in
        product.run(
          rows: count, pixels, pairedWeights + vector * pairs, vectors: vectors, into: sums)
      }
    }
  }

  /// - Parameter multiply: Writes the sums of some pixels for the block of outputs that begins at a
  ///   vector.
  @inline(__always)
  private func run<Element: VectorElement>(
    _ x: FeatureMap, _: Element.Type, bias: UnsafePointer<Vector>?, into y: FeatureMap,
    addend: FeatureMap?, epilogue: (any ImageEpilogue)?, on pool: WorkerPool,
    multiply: (
      _ count: Int, _ pixels: UnsafeRawPointer, _ vector: Int, _ vectors: Int,
      _ sums: UnsafeMutablePointer<Vector>
    ) -> Void
  ) {
    pool.forEachPiece(x.shape.count) { image, scratch in
      run(
        image, x, Element.self, bias: bias, into: y, addend: addend,
        alsoRead: epilogue?.alsoRead, scratch: scratch, multiply: multiply)
      epilogue?.run(image: image, of: y)
    }
  }

  /// Pixels of one product. Some cache lines are prefetched before each product.
  private static let pixelsInProduct = MatrixProduct.mostRowsAtOnce

  /// Computes one image.
  @inline(__always)
  private func run<Element: VectorElement>(
    _ image: Int, _ x: FeatureMap, _: Element.Type, bias: UnsafePointer<Vector>?,
    into y: FeatureMap, addend: FeatureMap?, alsoRead: FeatureMap?,
    scratch: UnsafeMutablePointer<Float>,
    multiply: (
      _ count: Int, _ pixels: UnsafeRawPointer, _ vector: Int, _ vectors: Int,
      _ sums: UnsafeMutablePointer<Vector>
    ) -> Void
  ) {
    let outputVectors = output.vectors
    let source = PixelVectors<Element>(x, image: image)
    let target = PixelVectors<Element>(y, image: image)
    let sums = asVectors(scratch)
    let rest = PixelVectors<Element>(
      UnsafeMutableRawPointer(scratch + Self.pixelsInPass * output.channelStride))
    for first in stride(from: 0, to: input.pixelCount, by: Self.pixelsInPass) {
      let count = min(Self.pixelsInPass, input.pixelCount - first)
      var pixels = source + first * input.vectors
      if count % MatrixProduct.mostRowsAtOnce > 0 {
        // The last block would read beyond the image, possibly outside the map's memory.
        for index in 0..<count * input.vectors { rest[index] = pixels[index] }
        pixels = rest
      }
      let place = image * input.pixelCount + first
      let parts = (count + Self.pixelsInProduct - 1) / Self.pixelsInProduct
      var coming =
        prefetches
        ? LinePrefetch(
          x.memory(ofPixels: place + count..<place + count + Self.pixelsInPass),
          y.memory(ofPixels: place..<place + count),
          alsoRead?.memory(ofPixels: place..<place + count), steps: parts * layout.blockCount)
        : nil
      layout.forEachBlock { vector, vectors in
        for pixel in stride(from: 0, to: count, by: Self.pixelsInProduct) {
          coming?.prefetchSome()
          multiply(
            min(count - pixel, Self.pixelsInProduct),
            UnsafeRawPointer((pixels + pixel * input.vectors).memory), vector, vectors,
            sums + (pixel * outputVectors + vector))
        }
      }
      let written = target + first * outputVectors
      let added = addend.map { PixelVectors<Element>($0, image: image) + first * outputVectors }
      for vector in 0..<outputVectors {
        let bias = bias?[vector] ?? .zero
        let places = stride(from: vector, to: count * outputVectors, by: outputVectors)
        if let added {
          for index in places { written[index] = sums[index] + bias + added[index] }
        } else {
          for index in places { written[index] = sums[index] + bias }
        }
      }
    }
  }

  /// Writes the weights of pairs of inputs side by side: `[blocks of outputs][pairs][outputs of a
  /// block][2]`.
  private func pair(
    _ weights: UnsafePointer<Float>, into paired: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let target = UnsafeMutableRawPointer(paired).assumingMemoryBound(to: Pairs.self)
    pool.forEachPiece(layout.vectors) { vector, _ in
      let (first, place) = layout.block(ofVector: vector)
      let step = layout.vectorsInBlock(from: first)
      let block = asVectors(weights + layout.blockOffset(from: first)) + place
      for pair in 0..<pairs {
        let second = 2 * pair + 1 < layout.inputs ? block[(2 * pair + 1) * step] : .zero
        target[first * pairs + pair * step + place] = roundedPairs(block[2 * pair * step], second)
      }
    }
  }
}
