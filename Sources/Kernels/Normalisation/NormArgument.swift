/// The source of the value at which a norm's backward pass evaluates the derivative of its
/// activation function.
protocol NormArgument {
  /// - Parameters:
  ///   - deviation: x − mean.
  ///   - index: The vector's place in the image.
  func value(_ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int) -> Vector
}

/// The function's input, computed from x as in the forward pass: this is faster than reading the
/// output.
struct ArgumentFromX: NormArgument {
  @inline(__always)
  func value(_ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int) -> Vector {
    bias.addingProduct(deviation, scale)
  }
}

/// The function's input if a residual was added.
struct ArgumentWithResidual<Element: VectorElement>: NormArgument {
  let residual: PixelVectors<Element>

  @inline(__always)
  func value(_ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int) -> Vector {
    bias.addingProduct(deviation, scale) + residual[index]
  }
}

/// The function's output, for functions that are linear on each side of zero.
struct OutputArgument<Element: VectorElement>: NormArgument {
  let y: PixelVectors<Element>

  @inline(__always)
  func value(_ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int) -> Vector {
    y[index]
  }
}

/// A loop of the backward pass over one image that needs g = dy · f′.
protocol NormGradientLoop {
  associatedtype Element: VectorElement

  func run(_ function: some VectorFunction, _ argument: some NormArgument)
}

/// Runs a loop with the `NormArgument` that its activation function needs.
struct NormGradient<Loop: NormGradientLoop>: ActivationLoop {
  let loop: Loop
  /// As in `NormGradientSums`; nil if no residual was added.
  let sumArgument: PixelVectors<Loop.Element>?

  @inline(__always)
  func run(_ function: some VectorFunction) {
    guard let sumArgument else { return loop.run(function, ArgumentFromX()) }
    if type(of: function).readsOutput {
      loop.run(function, OutputArgument(y: sumArgument))
    } else {
      loop.run(function, ArgumentWithResidual(residual: sumArgument))
    }
  }
}
