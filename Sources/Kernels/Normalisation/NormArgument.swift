/// Where a norm's backward pass finds the argument of its activation function's slope.
protocol NormArgument {
  /// - Parameters:
  ///   - deviation: x − mean.
  ///   - index: The vector's place in the image.
  func value(_ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int) -> Vector
}

/// The function's input, computed from x as in the forward pass, which takes less time than reading
/// the output.
struct ArgumentFromX: NormArgument {
  @inline(__always)
  func value(_ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int) -> Vector {
    bias.addingProduct(deviation, scale)
  }
}

/// The function's input where a residual was added to it.
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

/// A loop of the backward pass over one image, for which g = dy · f′ has to be computed.
protocol NormGradientLoop {
  associatedtype Element: VectorElement

  func run(_ function: some VectorFunction, _ argument: some NormArgument)
}

/// Runs a loop with the argument that its function needs.
struct NormGradient<Loop: NormGradientLoop>: ActivationLoop {
  let loop: Loop
  /// Nil if no residual was added; else what `NormGradientSums.sumArgument` says.
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
