import Tensors

/// Normalizes each channel over the batch, scales and shifts it, adds a residual where there is one,
/// and applies a function that is linear on both sides of zero, all in one pass.
///
///     y = f(weight · (x − mean) / sqrt(variance + epsilon) + bias + residual)
///
/// Shapes: x, y, residual `[N, H, W, C]`; all else `[C]`, padded to whole vectors.
/// Source: Ioffe and Szegedy, 2015, arXiv:1502.03167, algorithm 1.
public enum BatchNormalization {
  /// Floats of partial sums that `statistics` and `backward` need.
  public static func partialCount(for shape: FeatureMapShape) -> Int {
    2 * shape.count * shape.channelStride
  }

  /// Mean and (biased) variance of each channel over the batch.
  ///
  /// Each image contributes its mean and its squared deviations from it, and images are combined in
  /// their order (Chan, Golub and LeVeque, 1979): a difference of large sums of squares would cancel.
  /// All sums run in `Double`; `meanRemainder` is what rounding the mean to float lost.
  public static func statistics(
    of x: FeatureMap, mean: UnsafeMutablePointer<Float>,
    meanRemainder: UnsafeMutablePointer<Float>, variance: UnsafeMutablePointer<Float>,
    partial: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    let shape = x.shape
    let stride = shape.channelStride
    pool.forEachPiece(shape.count) { image, _ in
      switch shape.precision {
      case .float32: imageStatistics(of: x, Float.self, image, into: partial)
      case .bfloat16: imageStatistics(of: x, BFloat16.self, image, into: partial)
      }
    }
    let imageSize = Double(shape.pixelCount)
    for channel in 0..<stride {
      var combinedMean = 0.0
      var combinedSquares = 0.0
      for image in 0..<shape.count {
        let imageMean = Double(partial[2 * image * stride + channel])
        let imageSquares = Double(partial[(2 * image + 1) * stride + channel])
        let difference = imageMean - combinedMean
        let before = Double(image)
        combinedMean += difference / (before + 1)
        combinedSquares +=
          imageSquares + difference * difference * imageSize * before / (before + 1)
      }
      mean[channel] = Float(combinedMean)
      meanRemainder[channel] = Float(combinedMean - Double(mean[channel]))
      variance[channel] = Float(combinedSquares / (imageSize * Double(shape.count)))
    }
  }

  /// The mean and the squared deviations of one image's channels.
  private static func imageStatistics<Element: VectorElement>(
    of x: FeatureMap, _: Element.Type, _ image: Int, into partial: UnsafeMutablePointer<Float>
  ) {
    let (lanes, pixels) = (x.shape.lanes, x.shape.pixelCount)
    let source = PixelVectors<Element>(x, image: image)
    let target = vectors(partial + 2 * image * x.shape.channelStride)
    for lane in 0..<lanes {
      var sum = WideVector.zero
      for pixel in 0..<pixels { sum += WideVector(source[pixel * lanes + lane]) }
      let mean = sum / Double(pixels)
      var squares = WideVector.zero
      for pixel in 0..<pixels {
        let deviation = WideVector(source[pixel * lanes + lane]) - mean
        squares.addProduct(deviation, deviation)
      }
      target[lane] = Vector(mean)
      target[lanes + lane] = Vector(squares)
    }
  }

  /// y = f(scale · (x − mean) + bias + residual).
  ///
  /// The mean is taken off first. Folding it into one offset, bias − mean · scale, saves a subtraction
  /// and rounds by the size of that offset, which near y = 0 is enough to put numbers on the other
  /// side of f's kink: six steps of ResNet-20 then end 5 % off in the loss instead of 0.6 %.
  ///
  /// - Parameters:
  ///   - scale: weight / sqrt(variance + epsilon).
  ///   - negativeSlope: f's slope left of zero; 1 makes it the identity, 0 ReLU.
  public static func forward(
    _ x: FeatureMap, residual: FeatureMap?, mean: UnsafePointer<Float>,
    scale: UnsafePointer<Float>, bias: UnsafePointer<Float>, negativeSlope: Float,
    into y: FeatureMap, on pool: WorkerPool
  ) {
    switch x.shape.precision {
    case .float32:
      forward(x, Float.self, residual, mean, scale, bias, negativeSlope, into: y, on: pool)
    case .bfloat16:
      forward(x, BFloat16.self, residual, mean, scale, bias, negativeSlope, into: y, on: pool)
    }
  }

  private static func forward<Element: VectorElement>(
    _ x: FeatureMap, _: Element.Type, _ residual: FeatureMap?, _ mean: UnsafePointer<Float>,
    _ scale: UnsafePointer<Float>, _ bias: UnsafePointer<Float>, _ negativeSlope: Float,
    into y: FeatureMap, on pool: WorkerPool
  ) {
    let shape = x.shape
    let lanes = shape.lanes
    let (mean, scale, bias) = (vectors(mean), vectors(scale), vectors(bias))
    pool.forEachPiece(shape.count) { image, _ in
      let source = PixelVectors<Element>(x, image: image)
      let target = PixelVectors<Element>(y, image: image)
      if let residual {
        let added = PixelVectors<Element>(residual, image: image)
        for index in 0..<shape.pixelCount * lanes {
          let lane = index % lanes
          let value =
            bias[lane].addingProduct(source[index] - mean[lane], scale[lane]) + added[index]
          target[index] = value.rectified(slope: negativeSlope)
        }
      } else {
        for index in 0..<shape.pixelCount * lanes {
          let lane = index % lanes
          let value = bias[lane].addingProduct(source[index] - mean[lane], scale[lane])
          target[index] = value.rectified(slope: negativeSlope)
        }
      }
    }
  }

  /// What `backward` reads and writes.
  public struct BackwardArguments: @unchecked Sendable {
    public var x: FeatureMap
    public var y: FeatureMap
    public var dy: FeatureMap
    public var mean: UnsafePointer<Float>
    /// 1 / sqrt(variance + epsilon).
    public var inverseDeviation: UnsafePointer<Float>
    public var weight: UnsafePointer<Float>
    public var negativeSlope: Float
    public var weightGradient: UnsafeMutablePointer<Float>
    public var biasGradient: UnsafeMutablePointer<Float>
    public var partial: UnsafeMutablePointer<Float>
    /// Where dx goes, and whether it is added to what is there.
    public var dx: FeatureMap?
    public var addsToDx: Bool
    /// Where the residual's gradient goes, and whether it is added to what is there.
    public var dresidual: FeatureMap?
    public var addsToDresidual: Bool

    public init(
      x: FeatureMap, y: FeatureMap, dy: FeatureMap, mean: UnsafePointer<Float>,
      inverseDeviation: UnsafePointer<Float>, weight: UnsafePointer<Float>, negativeSlope: Float,
      weightGradient: UnsafeMutablePointer<Float>, biasGradient: UnsafeMutablePointer<Float>,
      partial: UnsafeMutablePointer<Float>, dx: FeatureMap?, addsToDx: Bool,
      dresidual: FeatureMap?, addsToDresidual: Bool
    ) {
      self.x = x
      self.y = y
      self.dy = dy
      self.mean = mean
      self.inverseDeviation = inverseDeviation
      self.weight = weight
      self.negativeSlope = negativeSlope
      self.weightGradient = weightGradient
      self.biasGradient = biasGradient
      self.partial = partial
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
    case .float32:
      sumGradients(arguments, Float.self, on: pool)
      spreadGradients(arguments, Float.self, on: pool)
    case .bfloat16:
      sumGradients(arguments, BFloat16.self, on: pool)
      spreadGradients(arguments, BFloat16.self, on: pool)
    }
  }

  /// First pass: dbias and dweight.
  private static func sumGradients<Element: VectorElement>(
    _ arguments: BackwardArguments, _: Element.Type, on pool: WorkerPool
  ) {
    let shape = arguments.x.shape
    let stride = shape.channelStride
    let lanes = shape.lanes
    let mean = vectors(arguments.mean)
    let slope = arguments.negativeSlope
    let partial = arguments.partial
    pool.forEachPiece(shape.count) { image, _ in
      let x = PixelVectors<Element>(arguments.x, image: image)
      let y = PixelVectors<Element>(arguments.y, image: image)
      let dy = PixelVectors<Element>(arguments.dy, image: image)
      let target = vectors(partial + 2 * image * stride)
      for lane in 0..<lanes {
        var sum = WideVector.zero
        var product = WideVector.zero
        for pixel in 0..<shape.pixelCount {
          let index = pixel * lanes + lane
          let g = WideVector(dy[index].masked(byPositive: y[index], slope: slope))
          sum += g
          product.addProduct(g, WideVector(x[index] - mean[lane]))
        }
        target[lane] = Vector(sum)
        target[lanes + lane] = Vector(product)
      }
    }
    for channel in 0..<stride {
      var sum = 0.0
      var product = 0.0
      for image in 0..<shape.count {
        sum += Double(partial[2 * image * stride + channel])
        product += Double(partial[(2 * image + 1) * stride + channel])
      }
      arguments.biasGradient[channel] = Float(sum)
      arguments.weightGradient[channel] =
        Float(product * Double(arguments.inverseDeviation[channel]))
    }
  }

  /// Second pass: dx and dresidual.
  private static func spreadGradients<Element: VectorElement>(
    _ arguments: BackwardArguments, _: Element.Type, on pool: WorkerPool
  ) {
    let shape = arguments.x.shape
    let lanes = shape.lanes
    let mean = vectors(arguments.mean)
    let inverseDeviation = vectors(arguments.inverseDeviation)
    let weight = vectors(arguments.weight)
    let (sums, products) =
      (vectors(arguments.biasGradient), vectors(arguments.weightGradient))
    let share = 1 / Float(shape.count * shape.pixelCount)
    let slope = arguments.negativeSlope
    pool.forEachPiece(shape.count) { image, _ in
      let x = PixelVectors<Element>(arguments.x, image: image)
      let y = PixelVectors<Element>(arguments.y, image: image)
      let dy = PixelVectors<Element>(arguments.dy, image: image)
      let dx = arguments.dx.map { PixelVectors<Element>($0, image: image) }
      let dresidual = arguments.dresidual.map { PixelVectors<Element>($0, image: image) }
      for lane in 0..<lanes {
        let scale = weight[lane] * inverseDeviation[lane]
        let meanGradient = sums[lane] * share
        let slopeOfX = products[lane] * inverseDeviation[lane] * share
        for pixel in 0..<shape.pixelCount {
          let index = pixel * lanes + lane
          let g = dy[index].masked(byPositive: y[index], slope: slope)
          // In the order of the inputs: where both are the same map, the second adds to the first.
          if let dx {
            let value = scale * (g - meanGradient - (x[index] - mean[lane]) * slopeOfX)
            dx[index] = arguments.addsToDx ? dx[index] + value : value
          }
          if let dresidual {
            dresidual[index] = arguments.addsToDresidual ? dresidual[index] + g : g
          }
        }
      }
    }
  }
}
