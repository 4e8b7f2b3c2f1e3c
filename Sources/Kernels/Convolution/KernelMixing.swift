import Tensors

/// Mixes sets of weights image by image, and computes the gradients of the mixture.
///
///     mixed_b = Σ_k fraction_bk · kernel_k
///     dkernel_k = Σ_b fraction_bk · dmixed_b,  dfraction_bk = ⟨kernel_k, dmixed_b⟩
///
/// Shapes: bank `[K, size]`, mixing `fractions` `[B, K]`, mixed `[B, size]`. A set of
/// weights (`kernel`) is a plain run of floats here.
/// Source: Chen et al., 2020, arXiv:1912.03458, section 3.
public struct KernelMixing: Sendable {
  let kernels: Int
  /// Vectors of one set of weights.
  let vectorCount: Int

  /// Vectors of each set processed at once: with four sets, they fit the L1 cache.
  private static let blockSize = 64

  /// - Parameters:
  ///   - kernels: K.
  ///   - size: Floats of one set of weights, a multiple of 16.
  public init(kernels: Int, size: Int) {
    self.kernels = kernels
    vectorCount = size / FeatureMapShape.vectorWidth
  }

  private var blockCount: Int { (vectorCount + Self.blockSize - 1) / Self.blockSize }

  /// Floats of partial sums that `backward` needs for `images` images.
  public func partialCount(images: Int) -> Int { blockCount * images * kernels }

  /// Writes each image's mixture.
  public func forward(
    bank: UnsafePointer<Float>, fractions: UnsafePointer<Float>, images: Int,
    into mixed: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let (bank, mixed) = (asVectors(bank), asVectors(mixed))
    pool.forEachRange(of: vectorCount, size: Self.blockSize) { block, _ in
      for image in 0..<images {
        let fractions = fractions + image * kernels
        let target = mixed + image * vectorCount
        for index in block {
          var sum = Vector.zero
          for kernel in 0..<kernels {
            sum.addProduct(Vector(repeating: fractions[kernel]), bank[kernel * vectorCount + index])
          }
          target[index] = sum
        }
      }
    }
  }

  /// Writes the gradients of the mixing fractions, and writes or adds those of the bank.
  ///
  /// The bank's gradient is summed image by image, so calls for successive parts of a batch give
  /// the same bits however the batch is cut.
  ///
  /// - Parameters:
  ///   - adding: Whether the bank's gradient already holds that of earlier images.
  ///   - partial: `partialCount(images:)` floats.
  public func backward(
    bank: UnsafePointer<Float>, fractions: UnsafePointer<Float>,
    mixedGradient: UnsafePointer<Float>,
    images: Int, into bankGradient: UnsafeMutablePointer<Float>, adding: Bool,
    fractionGradient: UnsafeMutablePointer<Float>, partial: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    let (bank, gradients, target) = (
      asVectors(bank), asVectors(mixedGradient), asVectors(bankGradient)
    )
    pool.forEachRange(of: vectorCount, size: Self.blockSize) { block, _ in
      let products = partial + block.lowerBound / Self.blockSize * images * kernels
      for kernel in 0..<kernels {
        let first = kernel * vectorCount
        for index in block {
          var sum = adding ? target[first + index] : .zero
          for image in 0..<images {
            sum.addProduct(
              Vector(repeating: fractions[image * kernels + kernel]),
              gradients[image * vectorCount + index])
          }
          target[first + index] = sum
        }
        for image in 0..<images {
          var product = Vector.zero
          for index in block {
            product.addProduct(bank[first + index], gradients[image * vectorCount + index])
          }
          products[image * kernels + kernel] = product.sum()
        }
      }
    }
    for index in 0..<images * kernels {
      var sum = 0.0
      for block in 0..<blockCount { sum += Double(partial[block * images * kernels + index]) }
      fractionGradient[index] = Float(sum)
    }
  }
}
