import Tensors

/// A convolution in which each image has its own mixture of a bank of weights, planned for an
/// input's shape like `ConvolutionPlan`.
///
/// Winograd mixes the weights piece by piece at each point and uses each piece immediately; AMX
/// does so for each pair of output vectors. The direct convolution, and AMX in the weight gradient,
/// write the weights of a few images to memory.
public final class MixedConvolutionPlan: Sendable {
  public let algorithms: ConvolutionAlgorithms
  /// Sets of weights in the bank.
  public let bankSize: Int
  /// Floats of one set of weights, padding included.
  public let weightCount: Int
  private let images: Int
  private let output: any BankPass
  private let inputGradient: (rotation: WeightRotation, pass: any BankPass)?
  private let bankGradient: (any BankGradient)?

  /// - Parameters:
  ///   - bankSize: Sets of weights in the bank.
  ///   - training: Whether all three passes run, or only the output.
  ///   - algorithms: The passes' algorithms; nil for the best choice.
  /// - Precondition: given algorithms fit the geometry and input.
  public init(
    _ geometry: ConvolutionGeometry, input: FeatureMapShape, bankSize: Int, training: Bool,
    algorithms named: ConvolutionAlgorithms? = nil
  ) {
    let sizes = ConvolutionSizes(geometry, input: input)
    let algorithms =
      named
      ?? ConvolutionAlgorithms(bestFor: geometry, input: input, training: training, mixed: true)
    self.algorithms = algorithms
    self.bankSize = bankSize
    (weightCount, images) = (sizes.layout.count, input.count)
    output = algorithms.output.bankPass(sizes)
    guard training else {
      (inputGradient, bankGradient) = (nil, nil)
      return
    }
    bankGradient = algorithms.weightGradient.bankGradient(sizes, bankSize: bankSize)
    let rotation = WeightRotation(sizes)
    inputGradient =
      input.fillsVectors ? (rotation, algorithms.inputGradient.bankPass(rotation)) : nil
  }

  /// Whether dx can be computed: in training, unless the input is images.
  public var hasInputGradient: Bool { inputGradient != nil }

  /// Floats of scratch memory that each worker needs.
  public var scratchCount: Int {
    max(output.scratchCount, inputGradient?.pass.scratchCount ?? 0, bankGradient?.scratchCount ?? 0)
  }

  /// Floats of the pool's shared memory.
  public var sharedCount: Int {
    let rotated = inputGradient.map {
      bankSize * weightCount + $0.pass.sharedCount(bank: bankSize, images: images)
    }
    return max(
      output.sharedCount(bank: bankSize, images: images), rotated ?? 0,
      bankGradient?.sharedCount(bank: bankSize, images: images) ?? 0)
  }

  /// Makes room for the passes' memory.
  public func reserve(on pool: WorkerPool) {
    pool.reserveScratch(scratchCount)
    pool.reserveShared(sharedCount)
  }

  /// y = the convolution of each image with its own mixture.
  ///
  /// - Parameter epilogue: Runs on each finished image of y.
  public func output(
    _ x: FeatureMap, bank: KernelBank, into y: FeatureMap, epilogue: (any ImageEpilogue)? = nil,
    on pool: WorkerPool
  ) {
    output.run(
      x, bank: bank, into: y, adding: false, epilogue: epilogue, shared: pool.shared.base, on: pool)
  }

  /// dx = (or +=) the transposed convolution of dy with the mixtures.
  ///
  /// - Parameter epilogue: Runs on each finished image of dx.
  /// - Precondition: `hasInputGradient`.
  public func inputGradient(
    _ dy: FeatureMap, bank: KernelBank, into dx: FeatureMap, adding: Bool,
    epilogue: (any ImageEpilogue)? = nil, on pool: WorkerPool
  ) {
    guard let inputGradient else { return }
    let rotated = pool.shared.base
    // Rotation is linear: the rotated bank's mixture is the rotated mixture.
    for index in 0..<bank.count {
      inputGradient.rotation.rotate(
        bank.kernels + index * bank.stride, into: rotated + index * weightCount, on: pool)
    }
    inputGradient.pass.run(
      dy,
      bank: KernelBank(
        kernels: rotated, count: bank.count, stride: weightCount, fractions: bank.fractions),
      into: dx, adding: adding, epilogue: epilogue, shared: rotated + bank.count * weightCount,
      on: pool)
  }

  /// Writes the gradients of the bank, in its layout, and of the mixing fractions, `[N,
  /// bank.count]`.
  ///
  /// - Precondition: the plan is for training.
  public func bankGradient(
    _ x: FeatureMap, _ dy: FeatureMap, bank: KernelBank,
    into gradient: UnsafeMutablePointer<Float>, fractions: UnsafeMutablePointer<Float>,
    on pool: WorkerPool
  ) {
    bankGradient?.run(
      x, dy, bank: bank, into: gradient, fractions: fractions, shared: pool.shared.base, on: pool)
  }
}

/// A planned convolution of each image with its own mixture.
protocol BankPass: Sendable {
  /// Floats of scratch memory that each worker needs.
  var scratchCount: Int { get }
  /// Floats of the pool's shared memory, for a bank of some sets of weights.
  func sharedCount(bank: Int, images: Int) -> Int

  /// y = (or +=) the convolution of each image of x with its mixture.
  func run(
    _ x: FeatureMap, bank: KernelBank, into y: FeatureMap, adding: Bool,
    epilogue: (any ImageEpilogue)?, shared: UnsafeMutablePointer<Float>, on pool: WorkerPool)
}

/// A planned gradient of a bank.
protocol BankGradient: Sendable {
  /// Floats of scratch memory that each worker needs.
  var scratchCount: Int { get }
  /// Floats of the pool's shared memory, for a bank of some sets of weights.
  func sharedCount(bank: Int, images: Int) -> Int

  /// Writes the gradients of the bank and of the mixing fractions.
  func run(
    _ x: FeatureMap, _ dy: FeatureMap, bank: KernelBank,
    into gradient: UnsafeMutablePointer<Float>, fractions: UnsafeMutablePointer<Float>,
    shared: UnsafeMutablePointer<Float>, on pool: WorkerPool)
}

extension ConvolutionAlgorithm {
  fileprivate func bankPass(_ sizes: ConvolutionSizes) -> any BankPass {
    switch self {
    case .winograd(let tile, let factors):
      WinogradMixing(
        tile, factors: factors, layout: sizes.layout, input: sizes.input, output: sizes.output,
        padding: sizes.geometry.padding)
    case .bfloat16Products: TilePass(sizes)
    default: ImageByImage(pass: DirectPass(sizes), size: sizes.layout.count)
    }
  }

  fileprivate func bankPass(_ rotation: WeightRotation) -> any BankPass {
    let sizes = rotation.sizes
    return switch self {
    case .winograd(let tile, let factors):
      WinogradMixing(
        tile, factors: factors, layout: rotation.layout, input: sizes.output, output: sizes.input,
        padding: rotation.padding)
    case .bfloat16Products: TilePass(rotation)
    default: ImageByImage(pass: DirectPass(rotation), size: sizes.layout.count)
    }
  }

  fileprivate func bankGradient(
    _ sizes: ConvolutionSizes, bankSize: Int
  ) -> any BankGradient {
    switch self {
    case .winograd(let tile, let factors):
      WinogradMixingGradient(
        WinogradMixing(
          tile, factors: WinogradTiles.factors(factors, ofPairsIn: sizes.output),
          layout: sizes.layout, input: sizes.input, output: sizes.output,
          padding: sizes.geometry.padding), bankSize: bankSize)
    case .bfloat16Products:
      ImageByImageGradient(pass: TileWeightGradient(sizes), size: sizes.layout.count)
    default: ImageByImageGradient(pass: DirectWeightGradient(sizes), size: sizes.layout.count)
    }
  }
}
