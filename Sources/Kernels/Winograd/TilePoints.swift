import Tensors

/// The transforms of a tile along one axis: `FourPoints` or `SixPoints`.
protocol TilePoints<Number> {
  associatedtype Number: SIMD where Number.Scalar == Float

  /// Points along the axis: as many as inputs, two more than outputs.
  static var count: Int { get }

  static var zero: Self { get }

  /// The value at each point.
  init(_ number: (_ point: Int) -> Number)

  subscript(index: Int) -> Number { get }

  /// Bᵀ times the input values.
  static func ofInput(_ number: (_ index: Int) -> Number) -> Self

  /// G of the weight gradient's transform times output gradients, without the divisors.
  static func ofGradients(_ number: (_ index: Int) -> Number) -> Self

  func forEachPoint(_ body: (_ point: Int, _ number: Number) -> Void)

  /// Visits the outputs, Aᵀ times the products.
  func forEachOutput(_ body: (_ index: Int, _ number: Number) -> Void)
}

extension TilePoints {
  /// Writes the values, `step` registers apart.
  @inline(__always)
  func write<Register: ChannelRegister>(to target: PixelVectors<Register>, step: Int)
  where Register.Numbers == Number {
    forEachPoint { target[$0 * step] = $1 }
  }
}

extension TilePoints where Number == Vector {
  /// Writes the values as pairs of bfloat16, each with the neighbouring tile's value.
  @inline(__always)
  func write(with neighbour: Self, to target: UnsafeMutablePointer<Pairs>, step: Int) {
    forEachPoint { target[$0 * step] = roundedPairs($1, neighbour[$0]) }
  }
}
