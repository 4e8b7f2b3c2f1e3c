import Kernels
import Tensors

/// Whether a pass is for training (batch statistics, caches for a backward pass) or for prediction
/// only.
public enum Mode: Sendable {
  case training, evaluation
}

/// A differentiable function of feature maps, with a forward and a backward pass.
///
/// A layer owns its parameters and everything its backward pass needs except feature maps. The maps
/// belong to the plan that runs the layer (`NetworkPlan`), which keeps them as long as
/// `backwardReads` requires.
public protocol Layer: AnyObject, Sendable {
  /// The state in the order of PyTorch's `state_dict`.
  var parameters: [Parameter] { get }

  /// The kind of layer, for a model summary: "conv 3×3, stride 2".
  var kind: String { get }

  /// Multiply-adds per image.
  func multiplyAdds(for inputs: [FeatureMapShape]) -> Int

  /// The algorithm of each pass of a convolution on inputs of these shapes; nil for other layers.
  func algorithms(for inputs: [FeatureMapShape], mode: Mode) -> ConvolutionAlgorithms?

  /// Which feature maps the backward pass reads again.
  var backwardReads: BackwardReads { get }

  /// Indices of inputs whose gradient equals the output's, element by element. If the plan stores
  /// both gradients in the same memory, the backward pass doesn't compute that input's gradient.
  var passesGradientTo: [Int] { get }

  /// Whether the layer can work on inputs of these heights and widths.
  ///
  /// - Precondition: their channels are those that the layer was made for.
  func accepts(_ inputs: [FeatureMapShape]) -> Bool

  /// The shape of the output.
  ///
  /// - Precondition: the layer accepts inputs of these shapes.
  func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape

  /// Allocates caches and scratch memory for batches of these shapes.
  func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool)

  /// Whether the layer finishes its output, and the gradient of its first input, image by image,
  /// and runs an epilogue on each image.
  var runsEpilogues: Bool { get }

  /// An epilogue that runs in training on each image of the layer's first input as soon as it is
  /// written, so that the layer needs no separate pass over the map. Nil if there is none.
  var inputEpilogue: (any ImageEpilogue)? { get }

  /// Whether the layer has a `gradientEpilogue`.
  var hasGradientEpilogue: Bool { get }

  /// An epilogue to run on each image of the output's gradient as soon as it is written; nil if
  /// there is none.
  ///
  /// - Parameters:
  ///   - inputs: The inputs of the forward pass.
  ///   - output: The output of the forward pass.
  func gradientEpilogue(inputs: [FeatureMap], output: FeatureMap) -> (any ImageEpilogue)?

  /// Computes the output from the inputs.
  func forward(_ pass: ForwardPass, on pool: WorkerPool)

  /// Computes the gradients of the parameters, and of the inputs that need one, from the output's
  /// gradient. Called after `forward` in training mode on the same maps.
  func backward(_ pass: BackwardPass, on pool: WorkerPool)
}

extension Layer {
  public func accepts(_ inputs: [FeatureMapShape]) -> Bool { true }
  public var passesGradientTo: [Int] { [] }
  public var runsEpilogues: Bool { false }
  public var inputEpilogue: (any ImageEpilogue)? { nil }
  public var hasGradientEpilogue: Bool { false }
  public func gradientEpilogue(
    inputs: [FeatureMap], output: FeatureMap
  ) -> (any ImageEpilogue)? { nil }

  /// Freezes or unfreezes all parameters and running statistics. This applies to plans and
  /// optimisers that are made afterwards.
  public func freeze(_ isFrozen: Bool = true) {
    for parameter in parameters { parameter.isFrozen = isFrozen }
  }

  /// Computes the output without epilogues.
  public func forward(
    _ inputs: [FeatureMap], into output: FeatureMap, mode: Mode, on pool: WorkerPool
  ) {
    forward(ForwardPass(inputs: inputs, output: output, mode: mode), on: pool)
  }
}

/// A layer that draws random numbers in training.
public protocol RandomLayer: Layer {
  /// Sets the batch for the passes that follow. Called before each `forward` in training.
  func begin(_ origin: BatchOrigin)
}

/// The position of a batch in a training run. Together with a layer's name it determines the random
/// numbers of the layer.
public struct BatchOrigin: Sendable {
  public var seed: Int
  /// Counted from 1.
  public var epoch: Int
  /// The position of the batch's first image in the order of the epoch; the others follow it.
  public var position: Int

  public init(seed: Int, epoch: Int, position: Int) {
    self.seed = seed
    self.epoch = epoch
    self.position = position
  }
}

/// Which of a layer's feature maps its backward pass reads again.
public struct BackwardReads: OptionSet, Sendable {
  public let rawValue: Int
  public init(rawValue: Int) { self.rawValue = rawValue }
  public static let inputs = BackwardReads(rawValue: 1)
  public static let output = BackwardReads(rawValue: 2)
  /// Only the first of several inputs.
  public static let firstInput = BackwardReads(rawValue: 4)
}

/// The maps of one forward pass.
public struct ForwardPass: Sendable {
  public var inputs: [FeatureMap]
  public var output: FeatureMap
  public var mode: Mode
  /// Runs on each finished image of the output. Nil unless the layer runs epilogues.
  public var epilogue: (any ImageEpilogue)?
  /// Whether the layer's `inputEpilogue` has already run on the first input.
  public var inputEpilogueHasRun: Bool

  public init(
    inputs: [FeatureMap], output: FeatureMap, mode: Mode,
    epilogue: (any ImageEpilogue)? = nil, inputEpilogueHasRun: Bool = false
  ) {
    self.inputs = inputs
    self.output = output
    self.mode = mode
    self.epilogue = epilogue
    self.inputEpilogueHasRun = inputEpilogueHasRun
  }
}

/// The maps of one backward pass.
public struct BackwardPass: Sendable {
  public var inputs: [FeatureMap]
  public var output: FeatureMap
  public var outputGradient: FeatureMap
  /// The target of each input's gradient; nil if none is needed.
  public var inputGradients: [InputGradient?]
  /// What this layer's `gradientEpilogue` returned, if it has run on the output's gradient.
  public var gradientEpilogue: (any ImageEpilogue)?

  public init(
    inputs: [FeatureMap], output: FeatureMap, outputGradient: FeatureMap,
    inputGradients: [InputGradient?], gradientEpilogue: (any ImageEpilogue)? = nil
  ) {
    self.inputs = inputs
    self.output = output
    self.outputGradient = outputGradient
    self.inputGradients = inputGradients
    self.gradientEpilogue = gradientEpilogue
  }
}

/// Memory for the gradient of an input.
public struct InputGradient: Sendable {
  public var map: FeatureMap
  /// Whether to add to the memory's contents, which another consumer of the same input has written.
  public var adds: Bool
  /// Runs on each finished image of the gradient. Nil unless the layer runs epilogues; only for its
  /// first input.
  public var epilogue: (any ImageEpilogue)?

  public init(map: FeatureMap, adds: Bool, epilogue: (any ImageEpilogue)? = nil) {
    self.map = map
    self.adds = adds
    self.epilogue = epilogue
  }
}

/// Checks the inputs of a layer that works on whole vectors of channels.
///
/// - Precondition: the number of inputs is in `count`, and none of them is a batch of images.
func requireVectors(_ inputs: [FeatureMapShape], count: ClosedRange<Int>, _ layer: StaticString) {
  precondition(
    count.contains(inputs.count) && inputs.allSatisfy(\.fillsVectors),
    "\(layer) of \(inputs) with \(inputs.map(\.channelStride)) floats a pixel")
}

/// Grows `buffer` to at least `count` floats.
func grow(_ buffer: inout AlignedBuffer, to count: Int) {
  if buffer.count < count { buffer = AlignedBuffer(count: count) }
}
