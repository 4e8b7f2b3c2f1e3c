import Tensors

/// Convolutions in which each image has a mixture of the kernels of a bank.
///
/// Tiles mix a pair of output vectors at a time and use it at once. Vectors, and weight gradients of
/// either engine, write the kernels of a few images to memory.
extension ConvolutionKernel {
  /// Images whose kernels are in memory at once: enough for a bank to be read seldom and for the
  /// threads to share.
  private static let chunkSize = 8

  /// Floats of the pool's shared memory for banks of K kernels.
  public func sharedCount(mixing kernels: Int, images: Int) -> Int {
    let chunk = min(Self.chunkSize, images)
    guard training else { return forwardEngine == .tiles ? 0 : chunk * kernelCount }
    return (2 * chunk + kernels) * kernelCount
      + mixing(kernels).partialCount(images: chunk)
  }

  /// y = the convolution of each image with its own mixture.
  ///
  /// - Parameter imageSums: Takes those of each image of y that is finished.
  public func forward(
    _ x: FeatureMap, bank: KernelBank, into y: FeatureMap, imageSums: ImageSums? = nil,
    on pool: WorkerPool
  ) {
    guard forwardEngine == .vectors else {
      return tiles.forward(x, bank: bank, into: y, imageSums: imageSums, on: pool)
    }
    forEachChunk(of: x.shape.count) { images in
      mix(bank, images, into: pool.shared.base, on: pool)
      vectors.forward(
        x.images(images), weight: pool.shared.base, weightStride: kernelCount, bias: nil,
        into: y.images(images),
        imageSums: imageSums?.images(images, of: y.shape), on: pool)
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
    guard inputGradientEngine == .vectors else {
      return tiles.inputGradient(
        dy, turned: turnedBank, into: dx, adding: adding, imageSums: imageSums, on: pool)
    }
    let mixed = turned + bank.count * kernelCount
    forEachChunk(of: dy.shape.count) { images in
      mix(turnedBank, images, into: mixed, on: pool)
      vectors.inputGradient(
        dy.images(images), turned: mixed, turnedStride: kernelCount, into: dx.images(images),
        adding: adding, imageSums: imageSums?.images(images, of: dx.shape), on: pool)
    }
  }

  /// The gradients of the bank, laid out as it is, and of the shares `[N, K]`.
  public func bankGradient(
    _ x: FeatureMap, _ dy: FeatureMap, bank: KernelBank,
    into gradient: UnsafeMutablePointer<Float>, shares: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    let gradients = pool.shared.base
    forEachChunk(of: x.shape.count) { images in
      let partial = gradients + images.count * kernelCount
      switch weightGradientEngine {
      case .vectors, .winograd, .pointwise:  // of which mixtures are given vectors alone
        vectors.weightGradientPerSample(
          x.images(images), dy.images(images), into: gradients, stride: kernelCount, on: pool)
      case .tiles:
        tiles.weightGradientPerSample(
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
