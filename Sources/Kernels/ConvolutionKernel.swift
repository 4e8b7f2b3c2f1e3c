import Tensors

/// The convolution that a layer calls: which engine computes which pass is decided here and nowhere else.
///
/// All engines compute the same sums, checked against the same reference, and round differently.
/// Memory beyond scratch lies in the pool's shared buffer, since no two passes run at once.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, weight as `KernelLayout` says.
public struct ConvolutionKernel: Sendable {
  /// Who computes.
  public enum Engine: Sendable {
    /// Multiply-adds of float32 vectors: `DirectConvolution`.
    case vectors
    /// Products of bfloat16, in tiles or in pairs: `TileConvolution`.
    case tiles
    /// Fewer products, of sums, for 3×3 and 5×5 kernels with stride 1: `WinogradConvolution`.
    case winograd
    /// A product of matrices, for kernels of one pixel with stride 1: `PointwiseConvolution`.
    case pointwise
  }

  public let forwardEngine: Engine
  public let inputGradientEngine: Engine
  public let weightGradientEngine: Engine
  let vectors: DirectConvolution
  let tiles: TileConvolution
  let winograd: WinogradConvolution
  let pointwise: PointwiseConvolution

  /// - Parameters:
  ///   - input: The input's shape, whose arithmetic is the layer's.
  ///   - mixes: Whether each image has a mixture of kernels of its own.
  ///   - engine: The engine of all passes; nil for the fastest of each.
  /// - Precondition: an engine that is named knows such a layer. Vectors compute in float32, and the two of
  ///   some shapes alone say which.
  public init(
    _ geometry: ConvolutionGeometry, input: FeatureMapShape, mixes: Bool = false,
    engine: Engine? = nil
  ) {
    vectors = DirectConvolution(geometry, input: input)
    tiles = TileConvolution(vectors)
    winograd = WinogradConvolution(vectors)
    pointwise = PointwiseConvolution(vectors)
    let isMinimal = !mixes && WinogradConvolution.fits(geometry, input: input)
    let isPointwise = !mixes && PointwiseConvolution.fits(geometry, input: input)
    // Vectors read float32 maps where they lie as well.
    let ofPixels: Engine = input.precision == .float32 ? .vectors : .pointwise
    if let engine {
      (forwardEngine, inputGradientEngine) = (engine, engine)
      weightGradientEngine = engine == .pointwise ? ofPixels : engine
    } else if isPointwise && (input.arithmetic == .float32 || !TileUnit.hasRegisters) {
      (forwardEngine, inputGradientEngine) = (.pointwise, .pointwise)
      weightGradientEngine = ofPixels
    } else if input.arithmetic == .bfloat16 {
      // What tiles transformed in bfloat16 lose blurs whole gradients if it is lost on the way forward, and
      // nothing if on the way back (docs/kernels.md).
      forwardEngine = .tiles
      let backward: Engine = isMinimal && !TileUnit.hasRegisters ? .winograd : .tiles
      (inputGradientEngine, weightGradientEngine) = (backward, backward)
    } else if isMinimal {
      (forwardEngine, inputGradientEngine, weightGradientEngine) = (.winograd, .winograd, .winograd)
    } else {
      forwardEngine = Self.engine(geometry, inputs: geometry.inputChannels, geometry.outputChannels)
      inputGradientEngine = Self.engine(
        geometry, inputs: geometry.outputChannels, geometry.inputChannels)
      // A register of sums fetches two operands, and in three parts each: vectors keep up (docs/kernels.md).
      weightGradientEngine = .vectors
    }
  }

  /// The faster engine for float32 where no fewer products do.
  ///
  /// Six products of tiles take half the time of the same sum in vectors, if the tiles are full: with steps
  /// of 32 elements of a patch's row and 16 outputs. Vectors are full with 16 outputs. Small kernels and
  /// the few channels of images cost more to split into parts than to multiply.
  private static func engine(
    _ geometry: ConvolutionGeometry, inputs: Int, _ outputs: Int
  ) -> Engine {
    let run = geometry.kernelWidth * inputs
    guard TileUnit.hasRegisters, geometry.kernelHeight > 1, run >= 48 else { return .vectors }
    let depth = TileUnit.depth
    let fullness = Double(run) / Double((run + depth - 1) / depth * depth)
    return fullness > 0.78 || outputs <= 2 * TileUnit.width ? .tiles : .vectors
  }

  /// Floats of one kernel, padding included.
  public var kernelCount: Int { vectors.kernelCount }

  /// Whether dx can be computed, as it can for all maps but images.
  public var hasInputGradient: Bool { vectors.hasInputGradient }

  /// Floats of scratch memory that a worker needs.
  public func scratchCount(training: Bool) -> Int {
    let forward =
      switch forwardEngine {
      case .vectors: vectors.scratchCount
      case .tiles: tiles.scratchCount
      case .winograd: winograd.scratchCount
      case .pointwise: pointwise.scratchCount
      }
    guard training else { return forward }
    let weights =
      switch weightGradientEngine {
      case .vectors: vectors.scratchCount
      case .pointwise: pointwise.weightGradientScratchCount
      case .tiles: tiles.weightGradientScratchCount
      case .winograd: winograd.weightGradientScratchCount
      }
    guard hasInputGradient else { return max(forward, weights) }
    let inputs =
      switch inputGradientEngine {
      case .vectors: vectors.inputGradientScratchCount
      case .tiles: tiles.inputGradientScratchCount
      case .winograd: winograd.inputGradientScratchCount
      case .pointwise: pointwise.inputGradientScratchCount
      }
    return max(forward, weights, inputs)
  }

  /// Floats of the pool's shared memory.
  public func sharedCount(training: Bool) -> Int {
    let forward =
      switch forwardEngine {
      case .vectors: 0
      case .tiles: tiles.packedCount
      case .winograd: winograd.transformedCount
      case .pointwise: pointwise.pairedCount
      }
    guard training else { return forward }
    let weights =
      weightGradientEngine == .winograd
      ? winograd.partialGradientCount : vectors.partialGradientCount
    let turned =
      switch inputGradientEngine {
      case .vectors: 0
      case .tiles: tiles.packedTurnedCount
      case .winograd: winograd.transformedTurnedCount
      case .pointwise: pointwise.pairedTurnedCount
      }
    return max(forward, weights, vectors.turnedKernelCount + turned)
  }

  /// y = convolution of x (+ bias).
  ///
  /// - Parameter statistics: Takes the sums of each image of y that is finished.
  public func forward(
    _ x: FeatureMap, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    into y: FeatureMap, statistics: ImageStatistics? = nil, on pool: WorkerPool
  ) {
    switch forwardEngine {
    case .vectors:
      vectors.forward(x, weight: weight, bias: bias, into: y, statistics: statistics, on: pool)
    case .tiles:
      tiles.forward(
        x, weight: weight, bias: bias, packed: pool.shared.base, into: y, statistics: statistics,
        on: pool)
    case .winograd:
      winograd.forward(
        x, weight: weight, bias: bias, transformed: pool.shared.base, into: y,
        statistics: statistics, on: pool)
    case .pointwise:
      pointwise.forward(
        x, weight: weight, bias: bias, paired: pool.shared.base, into: y, statistics: statistics,
        on: pool)
    }
  }

  /// dx = (or +=) the transposed convolution of dy.
  public func inputGradient(
    _ dy: FeatureMap, weight: UnsafePointer<Float>, into dx: FeatureMap, adding: Bool,
    on pool: WorkerPool
  ) {
    let turned = pool.shared.base
    vectors.turn(weight, into: turned, on: pool)
    switch inputGradientEngine {
    case .vectors:
      vectors.inputGradient(dy, turned: turned, into: dx, adding: adding, on: pool)
    case .tiles:
      tiles.inputGradient(
        dy, turned: turned, packed: turned + vectors.turnedKernelCount, into: dx, adding: adding,
        on: pool)
    case .winograd:
      winograd.inputGradient(
        dy, turned: turned, transformed: turned + vectors.turnedKernelCount, into: dx,
        adding: adding, on: pool)
    case .pointwise:
      pointwise.inputGradient(
        dy, turned: turned, paired: turned + vectors.turnedKernelCount, into: dx, adding: adding,
        on: pool)
    }
  }

  /// dweight = the correlation of x with dy, summed over the batch.
  public func weightGradient(
    _ x: FeatureMap, _ dy: FeatureMap, into gradient: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    let partial = pool.shared.base
    switch weightGradientEngine {
    case .vectors: vectors.weightGradient(x, dy, into: gradient, partial: partial, on: pool)
    case .pointwise:
      pointwise.weightGradient(x, dy, into: gradient, partial: partial, on: pool)
    case .tiles: tiles.weightGradient(x, dy, into: gradient, partial: partial, on: pool)
    case .winograd: winograd.weightGradient(x, dy, into: gradient, partial: partial, on: pool)
    }
  }
}
