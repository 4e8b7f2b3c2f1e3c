import Tensors

/// The gradient of a bank of weights by Winograd's minimal filtering. At each point, the weight
/// gradients of a few images are computed and added to the bank's while they are in the L1 cache.
struct WinogradMixingGradient: BankGradient {
  private let mixing: WinogradMixing
  private let bankSize: Int

  init(_ mixing: WinogradMixing, bankSize: Int) {
    (self.mixing, self.bankSize) = (mixing, bankSize)
  }

  private var tiles: WinogradTiles { mixing.tiles }

  /// Inputs whose weight gradients fit the L1 cache together.
  private static let inputsOfGradients = 16

  /// Vectors of one image's gradients for those inputs.
  private static let gradientVectors = 3 * inputsOfGradients

  /// Images whose gradients at a point fit the L1 cache together.
  private static let imagesAtOnce = WinogradMixing.gradientsAtOnce

  /// Pairs of tiles in an image.
  private var pairCount: Int { tiles.rows * tiles.columnPairs }

  var scratchCount: Int {
    let vectorCount = Self.imagesAtOnce * (Self.gradientVectors + bankSize)
    return max(vectorCount * FeatureMapShape.vectorWidth, mixing.batch.workingCount(tiles))
  }

  /// Floats of the transformed bank, its gradients, the transformed tiles, and the products of
  /// gradients with the bank.
  func sharedCount(bank: Int, images: Int) -> Int {
    2 * mixing.bankCount(bank) + mixing.transformedCount
      + mixing.pieceCount * Self.productStep(images: mixing.imagesAtOnce, bank)
  }

  /// Floats from one piece's products, `[images, sets of weights]`, to the next piece's.
  private static func productStep(images: Int, _ kernels: Int) -> Int {
    FeatureMapShape.paddedChannels(images * kernels)
  }

  func run(
    _ x: FeatureMap, _ dy: FeatureMap, bank: KernelBank,
    into gradient: UnsafeMutablePointer<Float>, fractions: UnsafeMutablePointer<Float>,
    shared: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let transformedBank = mixing.transform(bank, into: shared, on: pool)
    let gradients = shared + mixing.bankCount(bank.count)
    let transformed = gradients + mixing.bankCount(bank.count)
    sum(
      x, dy, bank: transformedBank, transformed: transformed,
      partial: transformed + mixing.transformedCount, into: gradients, fractions: fractions,
      on: pool)
    for index in 0..<bank.count {
      mixing.kernel.transformBack(
        gradients + index * transformedBank.stride, into: gradient + index * bank.stride, on: pool)
    }
  }

  /// Writes the gradients of the bank at all points, and of the mixing fractions.
  ///
  ///     dU_k = Σ_n fraction_nk · dU_n,  dfraction_nk = ⟨U_k, dU_n⟩
  ///
  /// Here dU_n = Vᵀ D at a point, from image n's transformed tiles V and gradients D. Images are
  /// summed in order, so the result has the same bits on any number of threads.
  private func sum(
    _ x: FeatureMap, _ dy: FeatureMap, bank: KernelBank,
    transformed: UnsafeMutablePointer<Float>, partial: UnsafeMutablePointer<Float>,
    into gradients: UnsafeMutablePointer<Float>, fractions: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    let (batch, tilePitch) = (mixing.batch, mixing.tilePitch)
    mixing.forEachImages(of: x) { images in
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
      pool.forEachPiece(mixing.pieceCount) { piece, scratch in
        let memory = batch.memory(tiles, transformed: transformed)
        correlate(
          piece, images, bank, memory, into: gradients, adding: images.lowerBound > 0,
          products: partial + piece * productStep, scratch: asVectors(scratch))
      }
      let fractions = fractions + images.lowerBound * bank.count
      pool.forEachRange(of: images.count * bank.count, size: FeatureMapShape.vectorWidth) {
        range, _ in
        let products = asVectors(partial + range.lowerBound)
        let step = productStep / FeatureMapShape.vectorWidth
        var sums = WideVector(.zero)
        for piece in 0..<mixing.pieceCount { sums = sums + WideVector(products[piece * step]) }
        let floats = sums.floats
        for index in range { fractions[index] = floats[index - range.lowerBound] }
      }
    }
  }

  /// Adds the contribution of some images to one piece of the gradients.
  private func correlate(
    _ piece: Int, _ images: Range<Int>, _ bank: KernelBank, _ memory: WinogradMemory,
    into gradients: UnsafeMutablePointer<Float>, adding: Bool,
    products: UnsafeMutablePointer<Float>, scratch: UnsafeMutablePointer<Vector>
  ) {
    let (point, vector, vectors) = mixing.place(ofPiece: piece)
    let (kernel, tilePitch) = (mixing.kernel, mixing.tilePitch)
    let layout = kernel.layout
    let place = point * kernel.pointStep + vector * layout.inputs
    let kernelStep = bank.stride / FeatureMapShape.vectorWidth
    let bankPiece = asVectors(bank.kernels) + place
    let target = asVectors(gradients) + place
    let dy = memory.outputs + (point * memory.outputPointStep + vector)
    let endsInHalf = layout.endsInHalf(from: vector, vectors: vectors)
    let sums = scratch + Self.imagesAtOnce * Self.gradientVectors
    if !adding {
      for index in 0..<bank.count {
        (target + index * kernelStep).update(repeating: .zero, count: layout.inputs * vectors)
      }
    }
    for first in stride(from: 0, to: images.count, by: Self.imagesAtOnce) {
      let count = min(Self.imagesAtOnce, images.count - first)
      if count < Self.imagesAtOnce {
        scratch.update(repeating: .zero, count: Self.imagesAtOnce * Self.gradientVectors)
      }
      sums.update(repeating: .zero, count: Self.imagesAtOnce * bank.count)
      for input in stride(from: 0, to: layout.inputs, by: Self.inputsOfGradients) {
        let inputs = min(Self.inputsOfGradients, layout.inputs - input)
        for index in 0..<count {
          let target = scratch + index * Self.gradientVectors
          switch tiles.factors {
          case .float32:
            let tile = (first + index) * tilePitch
            MatrixCorrelation(
              inputs: inputs, inputStep: tiles.inputStep, gradientStep: tiles.output.vectors,
              rows: mixing.tileCount, adding: false
            ).run(
              memory.inputs(ofPoint: point, tile: tile, of: tiles) + input,
              dy + tile * tiles.output.vectors, vectors: vectors, endsInHalf: endsInHalf,
              into: target,
              meanwhile: {})
          case .bfloat16:
            let pair = (first + index) * pairCount
            MatrixPairCorrelation(
              inputs: inputs, inputBytes: 4 * tiles.input.channelStride,
              gradientStep: tiles.output.vectors, pairs: pairCount, adding: false
            ).run(
              memory.inputs(ofPoint: point, as: Float.self)
                + 4 * (pair * tiles.input.channelStride + input),
              UnsafeRawPointer(dy + pair * tiles.output.vectors)
                .assumingMemoryBound(to: Pairs.self), vectors: vectors, into: target)
          }
        }
        for index in 0..<bank.count {
          let place = index * kernelStep + input * vectors
          add(
            UnsafePointer(scratch), inputs * vectors,
            fractions: bank.fractions + (images.lowerBound + first) * bank.count + index,
            step: bank.count, count: count, bankPiece + place, to: target + place,
            products: sums + index * Self.imagesAtOnce)
        }
      }
      for index in 0..<count {
        for kernel in 0..<bank.count {
          products[(first + index) * bank.count + kernel] =
            sums[kernel * Self.imagesAtOnce + index].sum()
        }
      }
    }
  }

  /// Adds the gradients of eight images, times their mixing fractions, to those of one set of
  /// weights, and their products with these weights to `products`.
  ///
  /// - Parameters:
  ///   - step: Floats from one image's fraction to the next's.
  ///   - count: Images present; the gradients of the others are zero.
  @inline(__always)
  private func add(
    _ gradients: UnsafePointer<Vector>, _ vectorCount: Int, fractions: UnsafePointer<Float>,
    step: Int, count: Int, _ kernel: UnsafePointer<Vector>,
    to target: UnsafeMutablePointer<Vector>, products: UnsafeMutablePointer<Vector>
  ) {
    // Written out: in loops over arrays, these values did not stay in registers, which took four
    // times as long.
    @inline(__always)
    func fraction(_ image: Int) -> Vector {
      image < count ? Vector(repeating: fractions[image * step]) : .zero
    }
    let (f0, f1, f2, f3) = (fraction(0), fraction(1), fraction(2), fraction(3))
    let (f4, f5, f6, f7) = (fraction(4), fraction(5), fraction(6), fraction(7))
    var (p0, p1, p2, p3) = (products[0], products[1], products[2], products[3])
    var (p4, p5, p6, p7) = (products[4], products[5], products[6], products[7])
    for index in 0..<vectorCount {
      let weight = kernel[index]
      // Two sums, so that a product need not wait for the previous one.
      var (even, odd) = (target[index], Vector.zero)
      @inline(__always)
      func add(_ image: Int, _ fraction: Vector, _ sum: inout Vector, _ product: inout Vector) {
        let gradient = gradients[image * Self.gradientVectors + index]
        sum.addProduct(fraction, gradient)
        product.addProduct(weight, gradient)
      }
      add(0, f0, &even, &p0)
      add(1, f1, &odd, &p1)
      add(2, f2, &even, &p2)
      add(3, f3, &odd, &p3)
      add(4, f4, &even, &p4)
      add(5, f5, &odd, &p5)
      add(6, f6, &even, &p6)
      add(7, f7, &odd, &p7)
      target[index] = even + odd
    }
    (products[0], products[1], products[2], products[3]) = (p0, p1, p2, p3)
    (products[4], products[5], products[6], products[7]) = (p4, p5, p6, p7)
  }
}
