import Tensors

extension WinogradMixing {
  /// Images whose gradients at a point are in the first cache at once.
  static var gradientsAtOnce: Int { 8 }

  /// Inputs whose weights' gradients are.
  private static let inputsOfGradients = 16

  /// Vectors of an image's gradients.
  private static let gradientVectors = 3 * inputsOfGradients

  /// Pairs of an image's tiles.
  private var pairCount: Int { tiles.rows * tiles.columnPairs }

  /// Floats of scratch memory that a worker needs in a gradient of the bank.
  func gradientScratchCount(_ kernels: Int) -> Int {
    let vectorCount = Self.gradientsAtOnce * (Self.gradientVectors + kernels)
    return max(vectorCount * FeatureMapShape.vectorWidth, batch.workingCount(tiles))
  }

  /// Floats of shared memory for products of gradients with a bank's kernels.
  func partialCount(_ kernels: Int) -> Int {
    pieceCount * Self.productStep(images: imagesAtOnce, kernels)
  }

  /// Floats from one piece's products of images and kernels to the next's.
  private static func productStep(images: Int, _ kernels: Int) -> Int {
    FeatureMapShape.paddedChannels(images * kernels)
  }

  /// Writes the gradients of a bank at all points, and those of the shares.
  ///
  ///     dU_k = Σ_n share_nk · dU_n,  dshare_nk = ⟨U_k, dU_n⟩
  ///
  /// with dU_n = Vᵀ D at a point, of image n's transformed tiles and gradients. What is summed over images is summed in
  /// their order, so that calls give the same bits on any number of threads.
  ///
  /// - Parameters:
  ///   - bank: Transformed.
  ///   - transformed: `transformedCount` floats.
  ///   - partial: `partialCount` floats.
  ///   - gradients: As many floats as the transformed bank has.
  func bankGradient(
    _ x: FeatureMap, _ dy: FeatureMap, bank: KernelBank,
    transformed: UnsafeMutablePointer<Float>, partial: UnsafeMutablePointer<Float>,
    into gradients: UnsafeMutablePointer<Float>, shares: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    forEachImages(of: x) { images in
      pool.forEachPiece(images.count) { index, scratch in
        let memory = batch.memory(tiles, transformed: transformed, working: scratch)
        let image = images.lowerBound + index
        for row in 0..<tiles.rows {
          switch tiles.factors {
          case .float32:
            memory.transform(
              tiles, x, dy, image: image, row: row, tile: index * tilePitch + row * tiles.columns)
          case .bfloat16:
            memory.transformPairs(
              tiles, x, dy, image: image, row: row,
              pair: index * pairCount + row * tiles.columnPairs)
          }
        }
      }
      let productStep = Self.productStep(images: images.count, bank.count)
      pool.forEachPiece(pieceCount) { piece, scratch in
        let memory = batch.memory(tiles, transformed: transformed)
        correlate(
          piece, images, bank, memory, into: gradients, adding: images.lowerBound > 0,
          products: partial + piece * productStep, scratch: vectors(scratch))
      }
      let shares = shares + images.lowerBound * bank.count
      pool.forEachRange(of: images.count * bank.count, size: FeatureMapShape.vectorWidth) {
        range, _ in
        let products = vectors(partial + range.lowerBound)
        let step = productStep / FeatureMapShape.vectorWidth
        var sums = WideVector(.zero)
        for piece in 0..<pieceCount { sums = sums + WideVector(products[piece * step]) }
        let floats = sums.floats
        for index in range { shares[index] = floats[index - range.lowerBound] }
      }
    }
  }

  /// The share of some images in a piece of the gradients.
  private func correlate(
    _ piece: Int, _ images: Range<Int>, _ bank: KernelBank, _ memory: WinogradMemory,
    into gradients: UnsafeMutablePointer<Float>, adding: Bool,
    products: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Vector>
  ) {
    let (point, lane, lanes) = place(ofPiece: piece)
    let layout = kernel.layout
    let place = point * kernel.pointStep + lane * layout.inputs
    let kernelStep = bank.stride / FeatureMapShape.vectorWidth
    let bankPiece = vectors(bank.kernels) + place
    let target = vectors(gradients) + place
    let dy = memory.outputs + (point * memory.outputPointStep + lane)
    let endsInHalf = layout.endsInHalf(from: lane, lanes: lanes)
    let sums = scratch + Self.gradientsAtOnce * Self.gradientVectors
    if !adding {
      for index in 0..<bank.count {
        (target + index * kernelStep).update(repeating: .zero, count: layout.inputs * lanes)
      }
    }
    for first in stride(from: 0, to: images.count, by: Self.gradientsAtOnce) {
      let count = min(Self.gradientsAtOnce, images.count - first)
      if count < Self.gradientsAtOnce {
        scratch.update(repeating: .zero, count: Self.gradientsAtOnce * Self.gradientVectors)
      }
      sums.update(repeating: .zero, count: Self.gradientsAtOnce * bank.count)
      for input in stride(from: 0, to: layout.inputs, by: Self.inputsOfGradients) {
        let inputs = min(Self.inputsOfGradients, layout.inputs - input)
        for index in 0..<count {
          let target = scratch + index * Self.gradientVectors
          switch tiles.factors {
          case .float32:
            let tile = (first + index) * tilePitch
            MatrixCorrelation(
              inputs: inputs, inputStep: tiles.inputStep, gradientStep: tiles.output.lanes,
              rows: tileCount, adding: false
            ).run(
              memory.inputs(ofPoint: point, tile: tile, of: tiles) + input,
              dy + tile * tiles.output.lanes, vectors: lanes, endsInHalf: endsInHalf, into: target,
              meanwhile: {})
          case .bfloat16:
            let pair = (first + index) * pairCount
            MatrixPairCorrelation(
              inputs: inputs, inputBytes: 4 * tiles.input.channelStride,
              gradientStep: tiles.output.lanes, pairs: pairCount, adding: false
            ).run(
              memory.inputs(ofPoint: point, as: Float.self)
                + 4 * (pair * tiles.input.channelStride + input),
              UnsafeRawPointer(dy + pair * tiles.output.lanes)
                .assumingMemoryBound(to: Pairs.self), vectors: lanes, into: target)
          }
        }
        for index in 0..<bank.count {
          let place = index * kernelStep + input * lanes
          add(
            UnsafePointer(scratch), inputs * lanes,
            shares: bank.shares + (images.lowerBound + first) * bank.count + index,
            step: bank.count, count: count, bankPiece + place, to: target + place,
            products: sums + index * Self.gradientsAtOnce)
        }
      }
      for index in 0..<count {
        for kernel in 0..<bank.count {
          products[(first + index) * bank.count + kernel] =
            sums[kernel * Self.gradientsAtOnce + index].sum()
        }
      }
    }
  }

  /// Adds eight images' gradients times their shares to a kernel's, and their products with the kernel to `products`.
  ///
  /// - Parameters:
  ///   - step: Floats from one image's share to the next's.
  ///   - count: Images that there are; the gradients of the others are zero.
  @inline(__always)
  private func add(
    _ gradients: UnsafePointer<Vector>, _ vectorCount: Int, shares: UnsafePointer<Float>,
    step: Int, count: Int, _ kernel: UnsafePointer<Vector>,
    to target: UnsafeMutablePointer<Vector>, products: UnsafeMutablePointer<Vector>
  ) {
    @inline(__always)
    func share(_ index: Int) -> Vector {
      index < count ? Vector(repeating: shares[index * step]) : .zero
    }
    let (share0, share1, share2, share3) = (share(0), share(1), share(2), share(3))
    let (share4, share5, share6, share7) = (share(4), share(5), share(6), share(7))
    var (product0, product1, product2, product3) = (
      products[0], products[1], products[2], products[3]
    )
    var (product4, product5, product6, product7) = (
      products[4], products[5], products[6], products[7]
    )
    for index in 0..<vectorCount {
      let weight = kernel[index]
      // Two sums, lest each product wait for the one before it.
      var (even, odd) = (target[index], Vector.zero)
      @inline(__always)
      func add(_ image: Int, _ share: Vector, _ sum: inout Vector, _ product: inout Vector) {
        let gradient = gradients[image * Self.gradientVectors + index]
        sum.addProduct(share, gradient)
        product.addProduct(weight, gradient)
      }
      add(0, share0, &even, &product0)
      add(1, share1, &odd, &product1)
      add(2, share2, &even, &product2)
      add(3, share3, &odd, &product3)
      add(4, share4, &even, &product4)
      add(5, share5, &odd, &product5)
      add(6, share6, &even, &product6)
      add(7, share7, &odd, &product7)
      target[index] = even + odd
    }
    (products[0], products[1], products[2], products[3]) = (product0, product1, product2, product3)
    (products[4], products[5], products[6], products[7]) = (product4, product5, product6, product7)
  }
}
