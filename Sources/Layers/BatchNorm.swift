import Kernels
import Tensors

/// Normalizes each channel over the batch, scales and shifts it, adds an optional residual, and
/// applies an activation function, all in one pass.
///
///     y = f(weight · (x − mean) / sqrt(variance + epsilon) + bias + residual)
///
/// In evaluation, the running statistics replace those of the batch.
///
/// Shapes: x, residual, y `[N, H, W, C]`; weight, bias, runningMean, runningVariance `[C]`.
/// Convention: `momentum` is the weight of the *new* batch (0.1, as in PyTorch); the running
/// variance is unbiased, the batch's own variance is biased.
/// Source: Ioffe and Szegedy, 2015, arXiv:1502.03167, algorithm 1.
public final class BatchNorm: Layer, @unchecked Sendable {
  public let channels: Int
  public let activation: ActivationFunction
  public let epsilon: Double
  public let momentum: Double
  public let weight: Parameter
  public let bias: Parameter
  public let runningMean: Parameter
  public let runningVariance: Parameter
  private var imageMemory = AlignedBuffer(count: 0)
  /// Six rows with one element per channel: batch mean, batch variance, 1 / deviation, scale,
  /// rounding remainder of the mean, shift.
  private let cache: AlignedBuffer
  private let stride: Int

  public init(
    name: String, channels: Int, activation: ActivationFunction = .identity,
    epsilon: Double = 1e-5, momentum: Double = 0.1
  ) {
    self.channels = channels
    self.activation = activation
    self.epsilon = epsilon
    self.momentum = momentum
    weight = .vector("\(name).weight", count: channels, role: .normWeight)
    bias = .vector("\(name).bias", count: channels, role: .normBias)
    runningMean = .vector("\(name).running_mean", count: channels, role: .runningMean)
    runningVariance = .vector("\(name).running_var", count: channels, role: .runningVariance)
    stride = FeatureMapShape.paddedChannels(channels)
    cache = AlignedBuffer(count: 6 * stride)
  }

  private var batchMean: UnsafeMutablePointer<Float> { cache.base }
  private var batchVariance: UnsafeMutablePointer<Float> { cache.base + stride }
  private var inverseDeviation: UnsafeMutablePointer<Float> { cache.base + 2 * stride }
  private var scale: UnsafeMutablePointer<Float> { cache.base + 3 * stride }
  private var meanRemainder: UnsafeMutablePointer<Float> { cache.base + 4 * stride }
  private var shift: UnsafeMutablePointer<Float> { cache.base + 5 * stride }

  public var parameters: [Parameter] { [weight, bias, runningMean, runningVariance] }
  /// The derivative of an activation function that is linear on each side of zero is computed from
  /// the output; that of any other from the sum of the normalised input and the residual.
  public var backwardReads: BackwardReads {
    if activation == .identity { return .firstInput }
    return activation.negativeSlope == nil ? .inputs : [.firstInput, .output]
  }

  public var passesGradientTo: [Int] { activation == .identity ? [1] : [] }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    requireVectors(inputs, count: 1...2, "a batch norm")
    precondition(inputs.count == 1 || inputs[0] == inputs[1], "a batch norm of \(inputs)")
    precondition(
      inputs[0].channels == channels, "a batch norm of \(channels) channels on \(inputs[0])")
    return inputs[0]
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {
    guard mode == .training else { return }
    wasFrozen = usesRunningStatistics
    grow(
      &imageMemory, to: ImageStatistics.byteCount(for: inputs[0]) / MemoryLayout<Float>.stride)
  }

  /// True for a frozen layer: training then normalizes with the running statistics and doesn't
  /// update them.
  private var usesRunningStatistics: Bool { runningMean.isFrozen || runningVariance.isFrozen }
  /// The value of `usesRunningStatistics` when memory was last reserved for training.
  private var wasFrozen = false

  public var runsEpilogues: Bool { true }

  /// Computes per-image sums for the batch's mean and variance.
  public var inputEpilogue: (any ImageEpilogue)? {
    usesRunningStatistics ? nil : inputStatistics
  }

  public var hasGradientEpilogue: Bool { true }

  /// Computes the sums for the gradients of weight and bias.
  public func gradientEpilogue(
    inputs: [FeatureMap], output: FeatureMap
  ) -> (any ImageEpilogue)? { gradientSums(inputs: inputs, output: output) }

  private func gradientSums(inputs: [FeatureMap], output: FeatureMap) -> NormGradientSums {
    // Reuses the memory of the statistics, which are combined before the backward pass.
    NormGradientSums(
      x: inputs[0],
      sumArgument: inputs.count == 2 ? (activation.negativeSlope == nil ? inputs[1] : output) : nil,
      coefficients: coefficients(
        mean: usesRunningStatistics ? runningMean.value.base : batchMean), images: imageMemory)
  }

  private var inputStatistics: ImageStatistics { ImageStatistics(memory: imageMemory.memory) }

  public func forward(_ pass: ForwardPass, on pool: WorkerPool) {
    let (inputs, x) = (pass.inputs, pass.inputs[0])
    precondition(
      inputs.count <= 2 && inputs.allSatisfy { $0.shape == pass.output.shape }
        && x.shape.channels == channels && x.shape.fillsVectors,
      "a batch norm of \(inputs.map(\.shape)) into \(pass.output.shape)")
    precondition(
      pass.mode == .evaluation || wasFrozen == usesRunningStatistics,
      "\(weight.name): frozen after its plan was made, which keeps what it found")
    let isByBatch = pass.mode == .training && !usesRunningStatistics
    if isByBatch {
      BatchNormalization.statistics(
        of: x, mean: batchMean, meanRemainder: meanRemainder, variance: batchVariance,
        images: inputStatistics, areComputed: pass.inputEpilogueHasRun, on: pool)
      updateRunningStatistics(samples: x.shape.count * x.shape.pixelCount)
      prepareScale(variance: batchVariance, meanRemainder: meanRemainder)
    } else {
      prepareScale(variance: runningVariance.value.base, meanRemainder: nil)
    }
    BatchNormalization.forward(
      x, residual: inputs.count == 2 ? inputs[1] : nil,
      coefficients(mean: isByBatch ? batchMean : runningMean.value.base), into: pass.output,
      epilogue: pass.epilogue, on: pool)
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    guard let weightGradient = weight.gradient, let biasGradient = bias.gradient else {
      preconditionFailure("a batch norm without room for its gradients")
    }
    let residual = pass.inputGradients.count == 2 ? pass.inputGradients[1] : nil
    // The epilogue made by this layer; its memory may be that of an earlier plan.
    let sums = pass.gradientEpilogue as? NormGradientSums
    BatchNormalization.backward(
      .init(
        dy: pass.outputGradient,
        sums: sums ?? gradientSums(inputs: pass.inputs, output: pass.output),
        sumsAreTaken: sums != nil, statisticsAreConstant: usesRunningStatistics,
        inverseDeviation: inverseDeviation, weight: weight.value.base,
        weightGradient: weightGradient.base, biasGradient: biasGradient.base,
        dx: pass.inputGradients[0]?.map, addsToDx: pass.inputGradients[0]?.adds ?? false,
        epilogueOfDx: pass.inputGradients[0]?.epilogue, dresidual: residual?.map,
        addsToDresidual: residual?.adds ?? false),
      on: pool)
  }

  private func coefficients(
    mean: UnsafePointer<Float>
  ) -> BatchNormalization.Coefficients {
    .init(mean: mean, scale: scale, bias: shift, function: activation)
  }

  /// Computes each channel's scale, and its shift: the bias minus the scaled rounding remainder of
  /// the mean.
  private func prepareScale(
    variance: UnsafePointer<Float>, meanRemainder: UnsafePointer<Float>?
  ) {
    for channel in 0..<stride {
      let inverse = 1 / (Double(variance[channel]) + epsilon).squareRoot()
      inverseDeviation[channel] = Float(inverse)
      let scaled = Double(weight.value.base[channel]) * inverse
      scale[channel] = Float(scaled)
      shift[channel] = Float(
        Double(bias.value.base[channel]) - Double(meanRemainder?[channel] ?? 0) * scaled)
    }
  }

  private func updateRunningStatistics(samples: Int) {
    let unbiased = Double(samples) / Double(max(samples - 1, 1))
    let (mean, variance) = (runningMean.value.base, runningVariance.value.base)
    for channel in 0..<channels {
      mean[channel] = Float(
        (1 - momentum) * Double(mean[channel]) + momentum * Double(batchMean[channel]))
      variance[channel] = Float(
        (1 - momentum) * Double(variance[channel])
          + momentum * unbiased * Double(batchVariance[channel]))
    }
  }
}
