import Tensors

/// A convolution planned for an input's shape: the algorithm and sizes of each of its three passes.
/// It is made once and serves batches of any size up to the input's.
///
/// The passes use the pool's memory, which `reserve(on:)` provides. No two run at once, so they
/// share it.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, weights as `KernelLayout` says.
public final class ConvolutionPlan: Sendable {
  /// The pass that computes y from x.
  public let output: OutputPass
  /// The pass that computes dx from dy; nil in evaluation, and if the input is images, whose
  /// gradient no network needs.
  public let inputGradient: InputGradientPass?
  /// The pass that computes dweight from x and dy; nil in evaluation.
  public let weightGradient: WeightGradientPass?
  /// Floats of the weights, padding included.
  public let weightCount: Int

  /// - Parameters:
  ///   - input: The input's shape, which also determines the layer's arithmetic.
  ///   - training: Whether all three passes run, or only the output. In training, maps have left
  ///     the caches by the time they are read again, so they are prefetched. In evaluation, few
  ///     images are computed at once and maps stay cached; useless prefetches would make narrow
  ///     layers a tenth slower.
  ///   - algorithms: The passes' algorithms; nil for the best choice.
  /// - Precondition: given algorithms fit the geometry and input.
  public init(
    _ geometry: ConvolutionGeometry, input: FeatureMapShape, training: Bool,
    algorithms named: ConvolutionAlgorithms? = nil
  ) {
    let sizes = ConvolutionSizes(geometry, input: input)
    let algorithms =
      named ?? ConvolutionAlgorithms(bestFor: geometry, input: input, training: training)
    weightCount = sizes.layout.count
    output = OutputPass(
      algorithm: algorithms.output,
      pass: algorithms.output.outputPass(sizes, prefetches: training))
    guard training else {
      (inputGradient, weightGradient) = (nil, nil)
      return
    }
    weightGradient = WeightGradientPass(
      algorithm: algorithms.weightGradient,
      pass: algorithms.weightGradient.weightGradient(sizes, prefetches: training),
      output: sizes.output)
    guard input.fillsVectors else {
      inputGradient = nil
      return
    }
    let rotation = WeightRotation(sizes)
    inputGradient = InputGradientPass(
      algorithm: algorithms.inputGradient, rotation: rotation,
      pass: algorithms.inputGradient.inputGradientPass(rotation, prefetches: training))
  }

  /// Floats of scratch memory that each worker needs.
  public var scratchCount: Int {
    max(
      output.pass.scratchCount, inputGradient?.pass.scratchCount ?? 0,
      weightGradient?.pass.scratchCount ?? 0)
  }

  /// Floats of the pool's shared memory.
  public var sharedCount: Int {
    max(output.pass.sharedCount, inputGradient?.sharedCount ?? 0, weightGradient?.sharedCount ?? 0)
  }

  /// Makes room for the passes' memory.
  public func reserve(on pool: WorkerPool) {
    pool.reserveScratch(scratchCount)
    pool.reserveShared(sharedCount)
  }
}

/// The pass that computes a convolution's output.
public struct OutputPass: Sendable {
  public let algorithm: ConvolutionAlgorithm
  let pass: any MapPass

  /// y = convolution of x (+ bias) (+ residual).
  ///
  /// - Parameter epilogue: Runs on each finished image of y.
  public func run(
    _ x: FeatureMap, weights: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    residual: FeatureMap? = nil, into y: FeatureMap, epilogue: (any ImageEpilogue)? = nil,
    on pool: WorkerPool
  ) {
    let shared = pool.shared.base
    if let residual, !pass.addsOtherMaps {
      pass.run(
        x, weights: weights, bias: bias, into: y, addend: nil, epilogue: nil, shared: shared,
        on: pool)
      Pointwise.add(y, residual, into: y, epilogue: epilogue, on: pool)
    } else {
      pass.run(
        x, weights: weights, bias: bias, into: y, addend: residual, epilogue: epilogue,
        shared: shared, on: pool)
    }
  }
}

/// The pass that computes the gradient of a convolution's input: a convolution of the output
/// gradient with rotated weights.
public struct InputGradientPass: Sendable {
  public let algorithm: ConvolutionAlgorithm
  let rotation: WeightRotation
  let pass: any MapPass

  var sharedCount: Int { rotation.count + pass.sharedCount }

  /// dx = (or +=) the transposed convolution of dy.
  ///
  /// - Parameter epilogue: Runs on each finished image of dx.
  public func run(
    _ dy: FeatureMap, weights: UnsafePointer<Float>, into dx: FeatureMap, adding: Bool,
    epilogue: (any ImageEpilogue)? = nil, on pool: WorkerPool
  ) {
    let rotated = pool.shared.base
    rotation.rotate(weights, into: rotated, on: pool)
    pass.run(
      dy, weights: rotated, bias: nil, into: dx, addend: adding ? dx : nil, epilogue: epilogue,
      shared: rotated + rotation.count, on: pool)
  }
}

/// The pass that computes the gradients of a convolution's weights and bias.
public struct WeightGradientPass: Sendable {
  public let algorithm: ConvolutionAlgorithm
  let pass: any WeightGradient
  let output: FeatureMapShape

  var sharedCount: Int { max(pass.sharedCount, ChannelSums.sharedCount(output)) }

  /// dweight = the correlation of x with dy, summed over the batch.
  public func run(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    pass.run(x, dy, into: gradient, shared: pool.shared.base, on: pool)
  }

  /// dbias = dy, summed over the batch and its pixels.
  public func run(
    bias gradient: UnsafeMutablePointer<Float>, _ dy: FeatureMap, on pool: WorkerPool
  ) {
    ChannelSums.sum(dy, into: gradient, on: pool)
  }
}

extension ConvolutionAlgorithm {
  fileprivate func outputPass(_ sizes: ConvolutionSizes, prefetches: Bool) -> any MapPass {
    switch self {
    case .direct: DirectPass(sizes)
    case .bfloat16Products: TilePass(sizes)
    case .bfloat16Pixels:
      TilePixelPass(
        layout: sizes.layout, input: sizes.input, output: sizes.output,
        padding: sizes.geometry.padding)
    case .winograd(let tile, let factors):
      WinogradPass(
        tile, factors: factors, layout: sizes.layout, input: sizes.input, output: sizes.output,
        padding: sizes.geometry.padding, prefetches: prefetches)
    case .matrixProduct:
      PointwisePass(
        layout: sizes.layout, input: sizes.input, output: sizes.output, prefetches: prefetches)
    }
  }

  fileprivate func inputGradientPass(
    _ rotation: WeightRotation, prefetches: Bool
  ) -> any MapPass {
    let sizes = rotation.sizes
    return switch self {
    case .direct: DirectPass(rotation)
    case .bfloat16Products: TilePass(rotation)
    case .bfloat16Pixels:
      TilePixelPass(
        layout: rotation.layout, input: sizes.output, output: sizes.input,
        padding: rotation.padding)
    case .winograd(let tile, let factors):
      WinogradPass(
        tile, factors: factors, layout: rotation.layout, input: sizes.output, output: sizes.input,
        padding: rotation.padding, prefetches: prefetches)
    case .matrixProduct:
      PointwisePass(
        layout: rotation.layout, input: sizes.output, output: sizes.input, prefetches: prefetches)
    }
  }

  fileprivate func weightGradient(
    _ sizes: ConvolutionSizes, prefetches: Bool
  ) -> any WeightGradient {
    switch self {
    case .direct: DirectWeightGradient(sizes)
    case .bfloat16Products, .bfloat16Pixels: TileWeightGradient(sizes)
    case .winograd(let tile, let factors):
      WinogradWeightGradient(sizes, tile, factors: factors, prefetches: prefetches)
    case .matrixProduct: PointwiseWeightGradient(sizes, prefetches: prefetches)
    }
  }
}
