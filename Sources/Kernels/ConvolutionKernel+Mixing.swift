import Tensors

/// Convolutions in which each image has a mixture of the kernels of a bank.
///
/// Winograd's way mixes a piece at one point at a time and uses it at once, and tiles a pair of output
/// vectors. Vectors, and tiles' weight gradients, write the kernels of a few images to memory.
extension ConvolutionKernel {
  /// Images whose kernels are in memory at once: enough for a bank to be read seldom and for the
  /// threads to share.
  private static let chunkSize = 8

  /// Floats of scratch memory that a worker needs for banks of K kernels.
  public func scratchCount(mixing kernels: Int) -> Int {
    let forward = forwardMixing.map(\.scratchCount) ?? forwardScratchCount
    guard training else { return forward }
    let inputs = inputGradientMixing.map(\.scratchCount) ?? inputGradientScratchCount
    let weights =
      bankGradientMixing.map { $0.gradientScratchCount(kernels) } ?? weightGradientScratchCount
    return max(forward, inputs, weights)
  }

  /// Floats of the pool's shared memory for banks of K kernels.
  public func sharedCount(mixing kernels: Int, images: Int) -> Int {
    let chunk = min(Self.chunkSize, images) * kernelCount
    func count(_ engine: Engine, _ winograd: WinogradMixing?) -> Int {
      winograd.map { $0.bankCount(kernels) + $0.transformedCount } ?? (engine == .tiles ? 0 : chunk)
    }
    let forward = count(forwardEngine, forwardMixing)
    guard training else { return forward }
    let inputs = kernels * kernelCount + count(inputGradientEngine, inputGradientMixing)
    let weights =
      bankGradientMixing.map {
        2 * $0.bankCount(kernels) + $0.transformedCount + $0.partialCount(kernels)
      }
      ?? chunk + mixing(kernels).partialCount(images: min(Self.chunkSize, images))
    return max(forward, inputs, weights)
  }

  private var forwardMixing: WinogradMixing? {
    guard case .winograd(let filter, let factors) = forwardEngine else { return nil }
    return winogradMixing(filter, factors)
  }

  /// A plain convolution of dy by the turned mixtures.
  private var inputGradientMixing: WinogradMixing? {
    guard hasInputGradient, case .winograd(let filter, let factors) = inputGradientEngine else {
      return nil
    }
    return WinogradMixing(
      filter, factors: factors, layout: vectors.turnedLayout, input: vectors.output,
      output: vectors.input,
      padding: vectors.geometry.kernelWidth - 1 - vectors.geometry.padding)
  }

  private var bankGradientMixing: WinogradMixing? {
    guard case .winograd(let filter, let factors) = weightGradientEngine else { return nil }
    return winogradMixing(filter, WinogradTiles.factors(factors, ofPairsIn: vectors.output))
  }

  private func winogradMixing(_ filter: WinogradFilter, _ factors: Precision) -> WinogradMixing {
    WinogradMixing(
      filter, factors: factors, layout: vectors.layout, input: vectors.input,
      output: vectors.output, padding: vectors.geometry.padding)
  }

  /// y = the convolution of each image with its own mixture.
  ///
  /// - Parameter imageSums: Takes those of each image of y that is finished.
  public func forward(
    _ x: FeatureMap, bank: KernelBank, into y: FeatureMap, imageSums: ImageSums? = nil,
    on pool: WorkerPool
  ) {
    if let winograd = forwardMixing {
      let transformed = winograd.transform(bank, into: pool.shared.base, on: pool)
      winograd.run(
        x, bank: transformed, transformed: pool.shared.base + winograd.bankCount(bank.count),
        into: y, adding: false, imageSums: imageSums, on: pool)
    } else if forwardEngine == .tiles {
      tiles.forward(x, bank: bank, into: y, imageSums: imageSums, on: pool)
    } else {
      forEachChunk(of: x.shape.count) { images in
        mix(bank, images, into: pool.shared.base, on: pool)
        vectors.forward(
          x.images(images), weight: pool.shared.base, weightStride: kernelCount, bias: nil,
          into: y.images(images), imageSums: imageSums?.images(images, of: y.shape), on: pool)
      }
    }
  }

  /// dx = (or +=) the transposed convolution of dy with the mixtures.
  ///
  /// - Parameter imageSums: Takes those of each image of dx that is finished.
  public func inputGradient(
    _ dy: FeatureMap, bank: KernelBank, into dx: FeatureMap, adding: Bool,
    imageSums: ImageSums? = nil, on pool: WorkerPool
  ) {
    let turned = pool.shared.base
    // Turning is linear: the turned bank's mixture is the turned mixture.
    for kernel in 0..<bank.count {
      vectors.turn(
        bank.kernels + kernel * bank.stride, into: turned + kernel * kernelCount, on: pool)
    }
    let turnedBank = KernelBank(
      kernels: turned, count: bank.count, stride: kernelCount, shares: bank.shares)
    let rest = turned + bank.count * kernelCount
    if let winograd = inputGradientMixing {
      let transformed = winograd.transform(turnedBank, into: rest, on: pool)
      winograd.run(
        dy, bank: transformed, transformed: rest + winograd.bankCount(bank.count), into: dx,
        adding: adding, imageSums: imageSums, on: pool)
    } else if inputGradientEngine == .tiles {
      tiles.inputGradient(
        dy, turned: turnedBank, into: dx, adding: adding, imageSums: imageSums, on: pool)
    } else {
      forEachChunk(of: dy.shape.count) { images in
        mix(turnedBank, images, into: rest, on: pool)
        vectors.inputGradient(
          dy.images(images), turned: rest, turnedStride: kernelCount, into: dx.images(images),
          adding: adding, imageSums: imageSums?.images(images, of: dx.shape), on: pool)
      }
    }
  }

  /// The gradients of the bank, laid out as it is, and of the shares `[N, K]`.
  public func bankGradient(
    _ x: FeatureMap, _ dy: FeatureMap, bank: KernelBank,
    into gradient: UnsafeMutablePointer<Float>, shares: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    if let winograd = bankGradientMixing {
      let transformed = winograd.transform(bank, into: pool.shared.base, on: pool)
      let gradients = pool.shared.base + winograd.bankCount(bank.count)
      let tiles = gradients + winograd.bankCount(bank.count)
      winograd.bankGradient(
        x, dy, bank: transformed, transformed: tiles, partial: tiles + winograd.transformedCount,
        into: gradients, shares: shares, on: pool)
      for kernel in 0..<bank.count {
        winograd.kernel.transformBack(
          gradients + kernel * transformed.stride, into: gradient + kernel * bank.stride, on: pool)
      }
      return
    }
    let gradients = pool.shared.base
    forEachChunk(of: x.shape.count) { images in
      let partial = gradients + images.count * kernelCount
      if weightGradientEngine == .tiles {
        tiles.weightGradientPerSample(
          x.images(images), dy.images(images), into: gradients, stride: kernelCount, on: pool)
      } else {
        vectors.weightGradientPerSample(
          x.images(images), dy.images(images), into: gradients, stride: kernelCount, on: pool)
      }
      mixing(bank.count).backward(
        bank: bank.kernels, shares: bank.shares + images.lowerBound * bank.count,
        mixedGradient: gradients, images: images.count, into: gradient,
        adding: images.lowerBound > 0,
        shareGradient: shares + images.lowerBound * bank.count, partial: partial, on: pool)
    }
  }

  private func mixing(_ kernels: Int) -> KernelMixing {
    KernelMixing(kernels: kernels, size: kernelCount)
  }

  private func mix(
    _ bank: KernelBank, _ images: Range<Int>, into mixed: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    mixing(bank.count).forward(
      bank: bank.kernels, shares: bank.shares + images.lowerBound * bank.count,
      images: images.count, into: mixed, on: pool)
  }

  private func forEachChunk(of count: Int, _ body: (_ images: Range<Int>) -> Void) {
    for first in stride(from: 0, to: count, by: Self.chunkSize) {
      body(first..<min(first + Self.chunkSize, count))
    }
  }
}
