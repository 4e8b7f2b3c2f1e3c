import Tensors

/// Images whose weights are in memory at the same time: enough to read the bank rarely and to
/// occupy all threads.
private let chunkSize = 8

/// A direct convolution whose mixed weights are written to memory, for some images at a time.
struct ImageByImage: BankPass {
  let pass: DirectPass
  /// Floats of one image's weights.
  let size: Int

  var scratchCount: Int { pass.scratchCount }
  func sharedCount(bank: Int, images: Int) -> Int { min(chunkSize, images) * size }

  func run(
    _ x: FeatureMap, bank: KernelBank, into y: FeatureMap, adding: Bool,
    epilogue: (any ImageEpilogue)?, shared: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    forEachChunk(of: x.shape.count) { images in
      KernelMixing(kernels: bank.count, size: size).forward(
        bank: bank.kernels, fractions: bank.fractions + images.lowerBound * bank.count,
        images: images.count, into: shared, on: pool)
      pass.run(
        x, images: images, weights: shared, weightStride: size, into: y, adding: adding,
        epilogue: epilogue, on: pool)
    }
  }
}

/// A weight gradient that can be computed image by image.
protocol ImageWeightGradient: WeightGradient {
  /// Writes the gradients of some images' weights one after the other, not summed.
  func run(
    _ x: FeatureMap, _ dy: FeatureMap, images: Range<Int>,
    into gradients: UnsafeMutablePointer<Float>, on pool: WorkerPool)
}

/// The gradient of a bank, computed from the gradients of each image's weights, which are written
/// to memory for some images at a time.
struct ImageByImageGradient: BankGradient {
  let pass: any ImageWeightGradient
  /// Floats of one image's weights.
  let size: Int

  var scratchCount: Int { pass.scratchCount }

  func sharedCount(bank: Int, images: Int) -> Int {
    let images = min(chunkSize, images)
    return images * size + KernelMixing(kernels: bank, size: size).partialCount(images: images)
  }

  func run(
    _ x: FeatureMap, _ dy: FeatureMap, bank: KernelBank,
    into gradient: UnsafeMutablePointer<Float>, fractions: UnsafeMutablePointer<Float>,
    shared: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    forEachChunk(of: x.shape.count) { images in
      pass.run(x, dy, images: images, into: shared, on: pool)
      KernelMixing(kernels: bank.count, size: size).backward(
        bank: bank.kernels, fractions: bank.fractions + images.lowerBound * bank.count,
        mixedGradient: shared, images: images.count, into: gradient,
        adding: images.lowerBound > 0, fractionGradient: fractions + images.lowerBound * bank.count,
        partial: shared + images.count * size, on: pool)
    }
  }
}

private func forEachChunk(of count: Int, _ body: (_ images: Range<Int>) -> Void) {
  for first in stride(from: 0, to: count, by: chunkSize) {
    body(first..<min(first + chunkSize, count))
  }
}
