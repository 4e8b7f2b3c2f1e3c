import Tensors

extension BatchNormalization {
  /// What `backward` reads and writes.
  public struct BackwardArguments: @unchecked Sendable {
    public var dy: FeatureMap
    public var sums: NormGradientSums
    /// Whether whoever wrote dy has taken them already.
    public var sumsAreTaken: Bool
    /// 1 / sqrt(variance + epsilon).
    public var inverseDeviation: UnsafePointer<Float>
    public var weight: UnsafePointer<Float>
    public var weightGradient: UnsafeMutablePointer<Float>
    public var biasGradient: UnsafeMutablePointer<Float>
    /// Where dx goes, and whether it is added to what is there.
    public var dx: FeatureMap?
    public var addsToDx: Bool
    /// Takes the sums of each image of dx that is finished.
    public var sumsOfDx: ImageSums?
    /// Where the residual's gradient goes, and whether it is added to what is there.
    public var dresidual: FeatureMap?
    public var addsToDresidual: Bool

    public init(
      dy: FeatureMap, sums: NormGradientSums, sumsAreTaken: Bool,
      inverseDeviation: UnsafePointer<Float>, weight: UnsafePointer<Float>,
      weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
      dx: FeatureMap?, addsToDx: Bool, sumsOfDx: ImageSums?, dresidual: FeatureMap?,
      addsToDresidual: Bool
    ) {
      self.dy = dy
      self.sums = sums
      self.sumsAreTaken = sumsAreTaken
      self.inverseDeviation = inverseDeviation
      self.weight = weight
      self.weightGradient = weightGradient
      self.biasGradient = biasGradient
      self.dx = dx
      self.addsToDx = addsToDx
      self.sumsOfDx = sumsOfDx
      self.dresidual = dresidual
      self.addsToDresidual = addsToDresidual
    }
  }

  /// The gradients of batch normalization in training, with g = dy · f′ and n numbers in a channel:
  ///
  ///     dbias = Σ g        dweight = Σ g · x̂        dresidual = g
  ///     dx = weight / deviation · (g − Σ g / n − x̂ · Σ (g · x̂) / n)
  ///
  /// First dbias and dweight, then dx and dresidual; g as it can be had.
  public static func backward(_ arguments: BackwardArguments, on pool: WorkerPool) {
    if !arguments.sumsAreTaken {
      ImageSums.gradients(arguments.sums).take(arguments.dy, on: pool)
    }
    combineSums(arguments)
    pool.forEachPiece(arguments.dy.shape.count) { image, _ in
      switch arguments.dy.shape.precision {
      case .float32: spreadGradients(arguments, Float.self, image)
      case .bfloat16: spreadGradients(arguments, BFloat16.self, image)
      }
      if let dx = arguments.dx { arguments.sumsOfDx?.take(image: image, of: dx) }
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

  private static func spreadGradients<Element: VectorElement>(
    _ arguments: BackwardArguments, _: Element.Type, _ image: Int
  ) {
    let slope = arguments.sums.coefficients.negativeSlope
    if slope == 1 {
      spreadGradients(arguments, Element.self, image, NoKink())
    } else if let y = arguments.sums.y {
      let y = PixelVectors<Element>(y, image: image)
      spreadGradients(arguments, Element.self, image, SignOfOutput(y: y, slope: slope))
    } else {
      spreadGradients(arguments, Element.self, image, SignOfInput(slope: slope))
    }
  }

  /// dx and dresidual of one image.
  @inline(__always)
  private static func spreadGradients<Element: VectorElement, Slope: SlopeSource>(
    _ arguments: BackwardArguments, _: Element.Type, _ image: Int, _ slope: Slope
  ) {
    let shape = arguments.dy.shape
    let x = PixelVectors<Element>(arguments.sums.x, image: image)
    let dy = PixelVectors<Element>(arguments.dy, image: image)
    let dx = arguments.dx.map { PixelVectors<Element>($0, image: image) }
    let dresidual = arguments.dresidual.map { PixelVectors<Element>($0, image: image) }
    let (addsToDx, addsToDresidual) = (arguments.addsToDx, arguments.addsToDresidual)
    let streaming = Streaming(
      to: arguments.dy,
      isReadAtOnce: arguments.dx?.memory == arguments.dresidual?.memory || arguments.sumsOfDx != nil
    )
    let coefficients = arguments.sums.coefficients
    let (weight, inverseDeviation) = (
      vectors(arguments.weight), vectors(arguments.inverseDeviation)
    )
    let (sums, products) = (vectors(arguments.biasGradient), vectors(arguments.weightGradient))
    let share = 1 / Float(shape.count * shape.pixelCount)
    for run in shape.runs {
      let lane = run.lane
      let mean = coefficients.mean[lane]
      let (scale, bias) = (coefficients.scale[lane], coefficients.bias[lane])
      let slopeOfGradient = weight[lane] * inverseDeviation[lane]
      let meanGradient = sums[lane] * share
      let slopeOfX = products[lane] * inverseDeviation[lane] * share
      for index in run {
        let deviation = x[index] - mean
        let g = slope.apply(to: dy[index], deviation, scale, bias, index)
        // In the order of the inputs: where both are the same map, the second adds to the first.
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
