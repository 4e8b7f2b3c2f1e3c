/// What becomes of the numbers along one axis of a tile: `FourPoints` or `SixPoints`.
protocol TilePoints<Number> {
  associatedtype Number: SIMD where Number.Scalar == Float

  /// Points along the axis, as many as numbers of the input; of outputs there are two fewer.
  static var count: Int { get }

  /// The number at each point.
  init(_ number: (_ point: Int) -> Number)

  subscript(index: Int) -> Number { get }

  /// Bᵀ times numbers of the input.
  static func ofInput(_ number: (_ index: Int) -> Number) -> Self

  /// G of the kernel's gradient times gradients of outputs, without the divisors.
  static func ofGradients(_ number: (_ index: Int) -> Number) -> Self

  func forEachPoint(_ body: (_ point: Int, _ number: Number) -> Void)

  /// Visits Aᵀ times the products.
  func forEachOutput(_ body: (_ index: Int, _ number: Number) -> Void)
}

extension TilePoints {
  /// Writes them, `step` apart.
  @inline(__always)
  func write<Register: ChannelRegister>(to target: PixelVectors<Register>, step: Int)
  where Register.Numbers == Number {
    forEachPoint { target[$0 * step] = $1 }
  }
}
