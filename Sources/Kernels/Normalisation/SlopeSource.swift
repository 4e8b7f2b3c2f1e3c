/// How a norm's backward pass finds the side of the kink that a value was on.
protocol SlopeSource {
  /// g = dy · f′.
  ///
  /// - Parameters:
  ///   - deviation: x − mean.
  ///   - index: The vector's place in the image.
  func apply(
    to dy: Vector, _ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int
  ) -> Vector
}

struct NoKink: SlopeSource {
  @inline(__always)
  func apply(
    to dy: Vector, _ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int
  ) -> Vector { dy }
}

/// Finds it from the output.
struct SignOfOutput<Element: VectorElement>: SlopeSource {
  let y: PixelVectors<Element>
  let slope: Float

  @inline(__always)
  func apply(
    to dy: Vector, _ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int
  ) -> Vector { dy.masked(byPositive: y[index], slope: slope) }
}

/// Finds it from the input, by the forward pass's own sum, which costs less than reading the
/// output.
struct SignOfInput: SlopeSource {
  let slope: Float

  @inline(__always)
  func apply(
    to dy: Vector, _ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int
  ) -> Vector { dy.masked(byPositive: bias.addingProduct(deviation, scale), slope: slope) }
}
