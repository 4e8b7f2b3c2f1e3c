import Tensors

extension BatchNormalization {
  /// The inputs and outputs of `backward`.
  public struct BackwardArguments: @unchecked Sendable {
    public var dy: FeatureMap
    public var sums: NormGradientSums
    /// Whether the layer that wrote dy has already computed the sums.
    public var sumsAreTaken: Bool
    /// Whether mean and variance do not depend on x, as running statistics do not.
    public var statisticsAreConstant: Bool
    /// 1 / sqrt(variance + epsilon).
    public var inverseDeviation: UnsafePointer<Float>
    public var weight: UnsafePointer<Float>
    public var weightGradient: UnsafeMutablePointer<Float>
    public var biasGradient: UnsafeMutablePointer<Float>
    /// Receives dx; `addsToDx` says whether dx is added to it.
    public var dx: FeatureMap?
    public var addsToDx: Bool
    /// Runs on each finished image of dx.
    public var epilogueOfDx: (any ImageEpilogue)?
    /// Receives the residual's gradient; `addsToDresidual` says whether it is added.
    public var dresidual: FeatureMap?
    public var addsToDresidual: Bool

    public init(
      dy: FeatureMap, sums: NormGradientSums, sumsAreTaken: Bool,
      statisticsAreConstant: Bool, inverseDeviation: UnsafePointer<Float>,
      weight: UnsafePointer<Float>,
      weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
      dx: FeatureMap?, addsToDx: Bool, epilogueOfDx: (any ImageEpilogue)?, dresidual: FeatureMap?,
      addsToDresidual: Bool
    ) {
      self.dy = dy
      self.sums = sums
      self.sumsAreTaken = sumsAreTaken
      self.statisticsAreConstant = statisticsAreConstant
      self.inverseDeviation = inverseDeviation
      self.weight = weight
      self.weightGradient = weightGradient
      self.biasGradient = biasGradient
      self.dx = dx
      self.addsToDx = addsToDx
      self.epilogueOfDx = epilogueOfDx
      self.dresidual = dresidual
      self.addsToDresidual = addsToDresidual
    }
  }

  /// The gradients of batch normalization in training, with g = dy · f′ and n elements in a
  /// channel:
  ///
  ///     dbias = Σ g        dweight = Σ g · x̂        dresidual = g
  ///     dx = weight / deviation · (g − Σ g / n − x̂ · Σ (g · x̂) / n)
  ///
  /// First dbias and dweight are computed, then dx and dresidual.
  public static func backward(_ arguments: BackwardArguments, on pool: WorkerPool) {
    if !arguments.sumsAreTaken {
      arguments.sums.run(on: arguments.dy, pool)
    }
    combineSums(arguments)
    pool.forEachPiece(arguments.dy.shape.count) { image, _ in
      switch arguments.dy.shape.precision {
      case .float32: run(GradientLoop<Float>(arguments: arguments, image: image))
      case .bfloat16: run(GradientLoop<BFloat16>(arguments: arguments, image: image))
      }
      if let dx = arguments.dx { arguments.epilogueOfDx?.run(image: image, of: dx) }
    }
  }

  private static func combineSums(_ arguments: BackwardArguments) {
    arguments.sums.images.totals(arguments.dy.shape) { channel, sums, products in
      for place in 0..<SIMD8<Double>.scalarCount {
        arguments.biasGradient[channel + place] = Float(sums[place])
        arguments.weightGradient[channel + place] = Float(
          products[place] * Double(arguments.inverseDeviation[channel + place]))
      }
    }
  }

  private static func run<Element: VectorElement>(_ loop: GradientLoop<Element>) {
    let sums = loop.arguments.sums
    sums.coefficients.function.apply(
      to: NormGradient(loop: loop, sumArgument: sums.sumArgument(loop.image)))
  }
}

/// dx and dresidual of one image.
private struct GradientLoop<Element: VectorElement>: NormGradientLoop {
  let arguments: BatchNormalization.BackwardArguments
  let image: Int

  func run(_ function: some VectorFunction, _ argument: some NormArgument) {
    let shape = arguments.dy.shape
    let x = PixelVectors<Element>(arguments.sums.x, image: image)
    let dy = PixelVectors<Element>(arguments.dy, image: image)
    let dx = arguments.dx.map { PixelVectors<Element>($0, image: image) }
    let dresidual = arguments.dresidual.map { PixelVectors<Element>($0, image: image) }
    let (addsToDx, addsToDresidual) = (arguments.addsToDx, arguments.addsToDresidual)
    let streaming = Streaming(
      to: arguments.dy,
      isReadAtOnce: arguments.dx?.memory == arguments.dresidual?.memory
        || arguments.epilogueOfDx != nil
    )
    let coefficients = arguments.sums.coefficients
    let (weight, inverseDeviation) = (
      asVectors(arguments.weight), asVectors(arguments.inverseDeviation)
    )
    let (sums, products) = (asVectors(arguments.biasGradient), asVectors(arguments.weightGradient))
    // The two sums remove the part of the gradient that normalisation cancels; constant statistics
    // cancel nothing.
    let inverseCount =
      arguments.statisticsAreConstant ? 0 : 1 / Float(shape.count * shape.pixelCount)
    for run in shape.runs {
      let vector = run.vector
      let mean = coefficients.mean[vector]
      let (scale, bias) = (coefficients.scale[vector], coefficients.bias[vector])
      let slopeOfGradient = weight[vector] * inverseDeviation[vector]
      let meanGradient = sums[vector] * inverseCount
      let slopeOfX = products[vector] * inverseDeviation[vector] * inverseCount
      for index in run {
        let deviation = x[index] - mean
        let g = function.gradient(dy[index], at: argument.value(deviation, scale, bias, index))
        // In this order: if both are the same map, the second adds to the first.
        if let dx {
          let value = slopeOfGradient * (g - meanGradient - deviation * slopeOfX)
          if addsToDx {
            dx[index] += value
          } else {
            streaming.write(value, to: dx, at: index)
          }
        }
        if let dresidual {
          if addsToDresidual {
            dresidual[index] += g
          } else {
            streaming.write(g, to: dresidual, at: index)
          }
        }
      }
    }
    streaming.end()
  }
}
