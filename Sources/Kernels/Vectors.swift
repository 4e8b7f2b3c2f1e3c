import Tensors

typealias Vector = SIMD16<Float>
/// A vector for sums over many pixels.
typealias WideVector = SIMD16<Double>

/// Feature maps as vectors of channels; their base is aligned and their padding fills whole vectors.
@inline(__always)
func vectors(_ base: UnsafeMutablePointer<Float>) -> UnsafeMutablePointer<Vector> {
  UnsafeMutableRawPointer(base).assumingMemoryBound(to: Vector.self)
}

@inline(__always)
func vectors(_ base: UnsafePointer<Float>) -> UnsafePointer<Vector> {
  UnsafeRawPointer(base).assumingMemoryBound(to: Vector.self)
}

extension SIMD16<Float> {
  /// Each lane where positive, `slope` times it elsewhere; not-a-number stays.
  @inline(__always)
  func rectified(slope: Float) -> Self {
    replacing(with: self * slope, where: self .<= 0)
  }

  /// Each lane where the same lane of `output` is positive, `slope` times it elsewhere.
  @inline(__always)
  func masked(byPositive output: Self, slope: Float) -> Self {
    replacing(with: self * slope, where: output .<= 0)
  }
}
