import Tensors

/// The convolution that a layer calls: which engine computes which pass is decided here and nowhere else.
///
/// All engines compute the same sums, checked against the same reference, and round differently.
/// Memory beyond scratch lies in the pool's shared buffer, since no two passes run at once.
///
/// Shapes: x `[N, H, W, C]`, y `[N, OH, OW, O]`, weight as `KernelLayout` says.
public struct ConvolutionKernel: Sendable {
  /// Who computes.
  public enum Engine: Equatable, Sendable {
    /// Multiply-adds of float32 vectors: `DirectConvolution`.
    case vectors
    /// Products of bfloat16, in tiles or in pairs: `TileConvolution`.
    case tiles
    /// Fewer products, of sums, for 3×3 and 5×5 kernels with stride 1: `WinogradConvolution`.
    case winograd(WinogradFilter, factors: Precision = .float32)
    /// A product of matrices, for kernels of one pixel with stride 1: `PointwiseConvolution`.
    case pointwise
  }

  public let forwardEngine: Engine
  public let inputGradientEngine: Engine
  public let weightGradientEngine: Engine
  /// Whether passes learn: all three are called, and not the forward pass alone.
  ///
  /// Then maps have left the caches when they are read again, and are asked for ahead of that. Evaluation lets so few
  /// images through at once that they have not, and asking in vain costs narrow layers a tenth of their rate.
  public let training: Bool
  let vectors: DirectConvolution
  let tiles: TileConvolution
  let pointwise: PointwiseConvolution

  /// - Parameters:
  ///   - input: The input's shape, whose arithmetic is the layer's.
  ///   - training: Whether passes learn.
  ///   - mixes: Whether each image has a mixture of kernels of its own.
  ///   - engine: The engine of all passes; nil for the fastest of each.
  /// - Precondition: an engine that is named knows such a layer. Vectors compute in float32, and the two of
  ///   some shapes alone say which.
  public init(
    _ geometry: ConvolutionGeometry, input: FeatureMapShape, training: Bool, mixes: Bool = false,
    engine: Engine? = nil
  ) {
    self.training = training
    vectors = DirectConvolution(geometry, input: input)
    tiles = TileConvolution(vectors)
    pointwise = PointwiseConvolution(vectors, prefetches: training)
    let isPointwise = !mixes && PointwiseConvolution.fits(geometry, input: input)
    if let engine {
      (forwardEngine, inputGradientEngine, weightGradientEngine) = (engine, engine, engine)
    } else if isPointwise && (input.arithmetic == .float32 || !TileUnit.hasRegisters) {
      forwardEngine = .pointwise
      (inputGradientEngine, weightGradientEngine) = (.pointwise, .pointwise)
    } else if mixes, !TileUnit.hasRegisters {
      let choice = FewestProducts(geometry, input: input)
      forwardEngine = choice.forwardByMixtures(training: training)
      inputGradientEngine = choice.inputGradientByMixtures
      weightGradientEngine = choice.bankGradient
    } else if input.arithmetic == .bfloat16 {
      let isByTiles = TileUnit.hasRegisters
      let choice = FewestProducts(geometry, input: input)
      forwardEngine = isByTiles ? .tiles : choice.forwardInBFloat16(training: training)
      inputGradientEngine = isByTiles ? .tiles : choice.inputGradientInBFloat16
      weightGradientEngine = isByTiles ? .tiles : choice.weightGradientInBFloat16
    } else if !mixes, let choice = FewestProducts(geometry, input: input).inFloat32(training) {
      forwardEngine = choice.forward
      (inputGradientEngine, weightGradientEngine) = (choice.backward, choice.backward)
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

  private func winograd(_ filter: WinogradFilter, _ factors: Precision) -> WinogradConvolution {
    WinogradConvolution(vectors, filter, factors: factors, prefetches: training)
  }

  /// Floats of one kernel, padding included.
  public var kernelCount: Int { vectors.kernelCount }

  /// Whether dx can be computed, as it can for all maps but images.
  public var hasInputGradient: Bool { vectors.hasInputGradient }

  /// Floats of scratch memory that a worker needs.
  public var scratchCount: Int {
    guard training else { return forwardScratchCount }
    let backward = max(weightGradientScratchCount, inputGradientScratchCount)
    return max(forwardScratchCount, backward)
  }

  var forwardScratchCount: Int {
    switch forwardEngine {
    case .vectors: vectors.scratchCount
    case .tiles: tiles.scratchCount
    case .winograd(let filter, let factors): winograd(filter, factors).scratchCount
    case .pointwise: pointwise.scratchCount
    }
  }

  var weightGradientScratchCount: Int {
    switch weightGradientEngine {
    case .vectors: vectors.scratchCount
    case .pointwise: pointwise.weightGradientScratchCount
    case .tiles: tiles.weightGradientScratchCount
    case .winograd(let filter, let factors): winograd(filter, factors).weightGradientScratchCount
    }
  }

  /// None for images, which have no gradient.
  var inputGradientScratchCount: Int {
    guard hasInputGradient else { return 0 }
    return switch inputGradientEngine {
    case .vectors: vectors.inputGradientScratchCount
    case .tiles: tiles.inputGradientScratchCount
    case .winograd(let filter, let factors): winograd(filter, factors).inputGradientScratchCount
    case .pointwise: pointwise.inputGradientScratchCount
    }
  }

  /// Floats of the pool's shared memory.
  public var sharedCount: Int {
    let forward =
      switch forwardEngine {
      case .vectors: 0
      case .tiles: tiles.packedCount
      case .winograd(let filter, let factors): winograd(filter, factors).transformedCount
      case .pointwise: pointwise.pairedCount
      }
    guard training else { return forward }
    let weights =
      switch weightGradientEngine {
      case .winograd(let filter, let factors): winograd(filter, factors).partialGradientCount
      default: vectors.partialGradientCount
      }
    let turned =
      switch inputGradientEngine {
      case .vectors: 0
      case .tiles: tiles.packedTurnedCount
      case .winograd(let filter, let factors): winograd(filter, factors).transformedTurnedCount
      case .pointwise: pointwise.pairedTurnedCount
      }
    return max(forward, weights, vectors.turnedKernelCount + turned)
  }

  /// y = convolution of x (+ bias) (+ residual).
  ///
  /// - Parameter imageSums: Takes those of each image of y that is finished.
  public func forward(
    _ x: FeatureMap, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?,
    residual: FeatureMap? = nil, into y: FeatureMap, imageSums: ImageSums? = nil,
    on pool: WorkerPool
  ) {
    if let residual, forwardEngine != .pointwise {
      forward(x, weight: weight, bias: bias, into: y, on: pool)
      Pointwise.add(y, residual, into: y, imageSums: imageSums, on: pool)
      return
    }
    switch forwardEngine {
    case .vectors:
      vectors.forward(x, weight: weight, bias: bias, into: y, imageSums: imageSums, on: pool)
    case .tiles:
      tiles.forward(
        x, weight: weight, bias: bias, packed: pool.shared.base, into: y, imageSums: imageSums,
        on: pool)
    case .winograd(let filter, let factors):
      winograd(filter, factors).forward(
        x, weight: weight, bias: bias, transformed: pool.shared.base, into: y,
        imageSums: imageSums, on: pool)
    case .pointwise:
      pointwise.forward(
        x, weight: weight, bias: bias, residual: residual, paired: pool.shared.base, into: y,
        imageSums: imageSums, on: pool)
    }
  }

  /// dx = (or +=) the transposed convolution of dy.
  ///
  /// - Parameter imageSums: Takes those of each image of dx that is finished.
  public func inputGradient(
    _ dy: FeatureMap, weight: UnsafePointer<Float>, into dx: FeatureMap, adding: Bool,
    imageSums: ImageSums? = nil, on pool: WorkerPool
  ) {
    let turned = pool.shared.base
    vectors.turn(weight, into: turned, on: pool)
    switch inputGradientEngine {
    case .vectors:
      vectors.inputGradient(
        dy, turned: turned, into: dx, adding: adding, imageSums: imageSums,
        on: pool)
    case .tiles:
      tiles.inputGradient(
        dy, turned: turned, packed: turned + vectors.turnedKernelCount, into: dx, adding: adding,
        imageSums: imageSums, on: pool)
    case .winograd(let filter, let factors):
      winograd(filter, factors).inputGradient(
        dy, turned: turned, transformed: turned + vectors.turnedKernelCount, into: dx,
        adding: adding, imageSums: imageSums, on: pool)
    case .pointwise:
      pointwise.inputGradient(
        dy, turned: turned, paired: turned + vectors.turnedKernelCount, into: dx, adding: adding,
        imageSums: imageSums, on: pool)
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
    case .winograd(let filter, let factors):
      winograd(filter, factors).weightGradient(x, dy, into: gradient, partial: partial, on: pool)
    }
  }
}
