import Tensors

/// Several sets of weights. Each image is convolved with their weighted sum, its mixture, whose
/// fractions differ from image to image.
///
/// Shapes: sets of weights (`kernels`) `[K, stride]`, mixing `fractions` `[N, K]`.
public struct KernelBank: @unchecked Sendable {
  let kernels: UnsafePointer<Float>
  /// K.
  let count: Int
  /// Floats from one set of weights to the next.
  let stride: Int
  let fractions: UnsafePointer<Float>

  public init(
    kernels: UnsafePointer<Float>, count: Int, stride: Int, fractions: UnsafePointer<Float>
  ) {
    self.kernels = kernels
    self.count = count
    self.stride = stride
    self.fractions = fractions
  }

  /// The bank without the first `floats` floats of each set of weights.
  func skipping(_ floats: Int) -> KernelBank {
    KernelBank(kernels: kernels + floats, count: count, stride: stride, fractions: fractions)
  }

  /// Images whose mixtures are computed together, so that each vector of the bank is loaded once
  /// for them.
  static let imagesMixedAtOnce = 4

  /// Writes some vectors of the mixtures of up to four consecutive images.
  ///
  /// - Parameters:
  ///   - place: Floats of a set of weights before those vectors.
  ///   - images: If there are fewer than four, the last one is mixed again for each missing one.
  ///   - step: Vectors from one image's mixture to the next's.
  @inline(__always)
  func mix(
    at place: Int, count vectorCount: Int, images: Range<Int>,
    into mixed: UnsafeMutablePointer<Vector>, step: Int
  ) {
    for first in Swift.stride(from: 0, to: count, by: 4) {
      /// Beyond the last set of weights, the first one, whose fraction is then zero.
      @inline(__always)
      func weights(_ index: Int) -> UnsafePointer<Vector> {
        asVectors(kernels + ((first + index < count ? first + index : first) * stride + place))
      }
      @inline(__always)
      func fractionVectors(_ image: Int) -> (Vector, Vector, Vector, Vector) {
        let image = min(images.lowerBound + image, images.upperBound - 1)
        @inline(__always)
        func fraction(_ index: Int) -> Vector {
          first + index < count
            ? Vector(repeating: fractions[image * count + first + index]) : .zero
        }
        return (fraction(0), fraction(1), fraction(2), fraction(3))
      }
      // Written out: in loops over arrays, these values did not stay in registers, which took four
      // times as long.
      let (p, q, r, s) = (weights(0), weights(1), weights(2), weights(3))
      let (a, b, c, d) = (
        fractionVectors(0), fractionVectors(1), fractionVectors(2), fractionVectors(3)
      )
      for index in 0..<vectorCount {
        let weights = (p[index], q[index], r[index], s[index])
        @inline(__always)
        func put(_ image: Int, _ fractions: (Vector, Vector, Vector, Vector)) {
          let place = image * step + index
          let sum = (first == 0 ? .zero : mixed[place]).addingProduct(fractions.0, weights.0)
            .addingProduct(fractions.1, weights.1).addingProduct(fractions.2, weights.2)
          mixed[place] = sum.addingProduct(fractions.3, weights.3)
        }
        put(0, a)
        put(1, b)
        put(2, c)
        put(3, d)
      }
    }
  }

  /// One vector of an image's mixture.
  @inline(__always)
  func mixed(at place: Int, image: Int) -> Vector {
    let fractions = self.fractions + image * count
    var sum = Vector.zero
    for kernel in 0..<count {
      sum.addProduct(
        Vector(repeating: fractions[kernel]),
        asVectors(kernels + (kernel * stride + place)).pointee)
    }
    return sum
  }
}
