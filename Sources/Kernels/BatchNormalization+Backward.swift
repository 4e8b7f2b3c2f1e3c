import Tensors

extension BatchNormalization {
  /// What `backward` reads and writes.
  public struct BackwardArguments: @unchecked Sendable {
    public var x: FeatureMap
    /// The output, where a residual was added to it; else its sign follows from x, and it is not read.
    public var y: FeatureMap?
    public var dy: FeatureMap
    public var coefficients: Coefficients
    /// 1 / sqrt(variance + epsilon).
    public var inverseDeviation: UnsafePointer<Float>
    public var weight: UnsafePointer<Float>
    public var weightGradient: UnsafeMutablePointer<Float>
    public var biasGradient: UnsafeMutablePointer<Float>
    /// Room for the sums of each image.
    public var images: ImageStatistics
    /// Where dx goes, and whether it is added to what is there.
    public var dx: FeatureMap?
    public var addsToDx: Bool
    /// Where the residual's gradient goes, and whether it is added to what is there.
    public var dresidual: FeatureMap?
    public var addsToDresidual: Bool

    public init(
      x: FeatureMap, y: FeatureMap?, dy: FeatureMap, coefficients: Coefficients,
      inverseDeviation: UnsafePointer<Float>, weight: UnsafePointer<Float>,
      weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
      images: ImageStatistics, dx: FeatureMap?, addsToDx: Bool, dresidual: FeatureMap?,
      addsToDresidual: Bool
    ) {
      self.x = x
      self.y = y
      self.dy = dy
      self.coefficients = coefficients
      self.inverseDeviation = inverseDeviation
      self.weight = weight
      self.weightGradient = weightGradient
      self.biasGradient = biasGradient
      self.images = images
      self.dx = dx
      self.addsToDx = addsToDx
      self.dresidual = dresidual
      self.addsToDresidual = addsToDresidual
    }
  }

  /// The gradients of batch normalization in training, with g = dy · f′ and n numbers in a channel:
  ///
  ///     dbias = Σ g        dweight = Σ g · x̂        dresidual = g
  ///     dx = weight / deviation · (g − Σ g / n − x̂ · Σ (g · x̂) / n)
  public static func backward(_ arguments: BackwardArguments, on pool: WorkerPool) {
    switch arguments.x.shape.precision {
    case .float32: backward(arguments, Float.self, on: pool)
    case .bfloat16: backward(arguments, BFloat16.self, on: pool)
    }
  }

  /// First dbias and dweight, then dx and dresidual; g as it can be had.
  private static func backward<Element: VectorElement>(
    _ arguments: BackwardArguments, _: Element.Type, on pool: WorkerPool
  ) {
    let slope = arguments.coefficients.negativeSlope
    let count = arguments.x.shape.count
    func passes<Slope: SlopeSource>(_ slopes: (_ image: Int) -> Slope) {
      pool.forEachPiece(count) { image, _ in
        sumGradients(arguments, Element.self, image, slopes(image))
      }
      combineSums(arguments)
      pool.forEachPiece(count) { image, _ in
        spreadGradients(arguments, Element.self, image, slopes(image))
      }
    }
    if slope == 1 {
      passes { _ in Linear() }
    } else if let y = arguments.y {
      passes { SignOfOutput(y: PixelVectors<Element>(y, image: $0), slope: slope) }
    } else {
      passes { _ in SignOfInput(slope: slope) }
    }
  }

  /// The sums of one image.
  @inline(__always)
  private static func sumGradients<Element: VectorElement, Slope: SlopeSource>(
    _ arguments: BackwardArguments, _: Element.Type, _ image: Int, _ slope: Slope
  ) {
    let shape = arguments.x.shape
    let x = PixelVectors<Element>(arguments.x, image: image)
    let dy = PixelVectors<Element>(arguments.dy, image: image)
    let coefficients = arguments.coefficients
    let sums = arguments.images.sums + 2 * image * shape.channelStride
    let products = sums + shape.channelStride
    for lane in 0..<shape.lanes {
      WideSums(sums, lane: lane).clear()
      WideSums(products, lane: lane).clear()
    }
    for run in shape.shortRuns {
      let lane = run.lane
      let mean = coefficients.mean[lane]
      let (scale, bias) = (coefficients.scale[lane], coefficients.bias[lane])
      var (sum, product) = (Vector.zero, Vector.zero)
      for index in run {
        let deviation = x[index] - mean
        let g = slope.apply(to: dy[index], deviation, scale, bias, index)
        sum += g
        product.addProduct(g, deviation)
      }
      WideSums(sums, lane: lane).add(sum)
      WideSums(products, lane: lane).add(product)
    }
  }

  private static func combineSums(_ arguments: BackwardArguments) {
    arguments.images.totals(arguments.x.shape) { channel, sums, products in
      for place in 0..<SIMD8<Double>.scalarCount {
        arguments.biasGradient[channel + place] = Float(sums[place])
        arguments.weightGradient[channel + place] = Float(
          products[place] * Double(arguments.inverseDeviation[channel + place]))
      }
    }
  }

  /// dx and dresidual of one image.
  @inline(__always)
  private static func spreadGradients<Element: VectorElement, Slope: SlopeSource>(
    _ arguments: BackwardArguments, _: Element.Type, _ image: Int, _ slope: Slope
  ) {
    let shape = arguments.x.shape
    let x = PixelVectors<Element>(arguments.x, image: image)
    let dy = PixelVectors<Element>(arguments.dy, image: image)
    let dx = arguments.dx.map { PixelVectors<Element>($0, image: image) }
    let dresidual = arguments.dresidual.map { PixelVectors<Element>($0, image: image) }
    let (addsToDx, addsToDresidual) = (arguments.addsToDx, arguments.addsToDresidual)
    let streaming = Streaming(
      to: arguments.x, isReadAtOnce: arguments.dx?.memory == arguments.dresidual?.memory)
    let coefficients = arguments.coefficients
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

/// How a norm's backward pass knows on which side of its kink a number was.
private protocol SlopeSource {
  /// g = dy · f′.
  func apply(
    to dy: Vector, _ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int
  ) -> Vector
}

/// There is no kink.
private struct Linear: SlopeSource {
  @inline(__always)
  func apply(
    to dy: Vector, _ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int
  ) -> Vector { dy }
}

/// From the output.
private struct SignOfOutput<Element: VectorElement>: SlopeSource {
  let y: PixelVectors<Element>
  let slope: Float

  @inline(__always)
  func apply(
    to dy: Vector, _ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int
  ) -> Vector { dy.masked(byPositive: y[index], slope: slope) }
}

/// From the input, by the forward pass's own sum: reading the output would cost more than that does.
private struct SignOfInput: SlopeSource {
  let slope: Float

  @inline(__always)
  func apply(
    to dy: Vector, _ deviation: Vector, _ scale: Vector, _ bias: Vector, _ index: Int
  ) -> Vector { dy.masked(byPositive: bias.addingProduct(deviation, scale), slope: slope) }
}
