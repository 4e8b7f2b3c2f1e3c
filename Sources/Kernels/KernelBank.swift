import Tensors

/// Kernels that each image mixes by its own shares.
///
/// Shapes: kernels `[K, stride]`, shares `[N, K]`.
public struct KernelBank: @unchecked Sendable {
  let kernels: UnsafePointer<Float>
  /// K.
  let count: Int
  /// Floats from one kernel to the next.
  let stride: Int
  let shares: UnsafePointer<Float>

  public init(
    kernels: UnsafePointer<Float>, count: Int, stride: Int, shares: UnsafePointer<Float>
  ) {
    self.kernels = kernels
    self.count = count
    self.stride = stride
    self.shares = shares
  }

  /// The kernels from a float on.
  func skipping(_ floats: Int) -> KernelBank {
    KernelBank(kernels: kernels + floats, count: count, stride: stride, shares: shares)
  }

  /// A vector of the image's mixture.
  @inline(__always)
  func mixed(at place: Int, image: Int) -> Vector {
    let share = shares + image * count
    var sum = Vector.zero
    for kernel in 0..<count {
      sum.addProduct(
        Vector(repeating: share[kernel]),
        vectors(kernels + (kernel * stride + place)).pointee)
    }
    return sum
  }
}
