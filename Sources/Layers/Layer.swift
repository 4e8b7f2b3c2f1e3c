import Kernels
import Tensors

/// Whether a pass learns (batch statistics, caches for a backward pass) or only predicts.
public enum Mode: Sendable {
  case training, evaluation
}

/// A differentiable function of feature maps, with its forward and its backward pass side by side.
///
/// A layer owns its parameters and what its backward pass needs beyond feature maps. The maps belong
/// to the plan that runs it (`NetworkPlan`), which keeps them alive as long as `backwardReads` asks.
public protocol Layer: AnyObject, Sendable {
  /// The state in the order of PyTorch's `state_dict`.
  var parameters: [Parameter] { get }

  /// What kind of layer it is, for a model summary: "conv 3×3, stride 2".
  var kind: String { get }

  /// Multiplications, each with an addition, that one image takes.
  func multiplyAdds(for inputs: [FeatureMapShape]) -> Int

  /// How a convolution computes its passes on inputs of these shapes; nil for other layers.
  func algorithms(for inputs: [FeatureMapShape], mode: Mode) -> ConvolutionAlgorithms?

  /// Which feature maps the backward pass reads again.
  var backwardReads: BackwardReads { get }

  /// Places of inputs whose gradient is the output's, number by number. Where the plan leaves both in one place,
  /// the backward pass is not asked for it.
  var passesGradientTo: [Int] { get }

  /// The shape of the output.
  ///
  /// - Precondition: the layer accepts inputs of these shapes.
  func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape

  /// Makes room for batches of these shapes, so that passes find their caches and scratch ready.
  func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool)

  /// Whether it finishes its output, and the gradient of its first input, image by image, and then runs an epilogue
  /// on each.
  var runsEpilogues: Bool { get }

  /// What it can have done with each image of its first input as soon as that is written, in training, to spare itself
  /// a pass over the map; nil if nothing.
  var inputEpilogue: (any ImageEpilogue)? { get }

  /// Whether it has a `gradientEpilogue`.
  var hasGradientEpilogue: Bool { get }

  /// What it can have done with each image of its output's gradient as soon as that is written; nil if nothing.
  ///
  /// - Parameters:
  ///   - inputs: Those of the forward pass.
  ///   - output: Its output.
  func gradientEpilogue(inputs: [FeatureMap], output: FeatureMap) -> (any ImageEpilogue)?

  /// Computes the output from the inputs.
  func forward(_ pass: ForwardPass, on pool: WorkerPool)

  /// Computes the gradients of the parameters, and of those inputs that want one, from the output's.
  /// Called after `forward` in training mode on the same maps.
  func backward(_ pass: BackwardPass, on pool: WorkerPool)
}

extension Layer {
  public var passesGradientTo: [Int] { [] }
  public var runsEpilogues: Bool { false }
  public var inputEpilogue: (any ImageEpilogue)? { nil }
  public var hasGradientEpilogue: Bool { false }
  public func gradientEpilogue(
    inputs: [FeatureMap], output: FeatureMap
  ) -> (any ImageEpilogue)? { nil }

  /// Freezes all parameters and running statistics, or lets them train again. Plans and optimisers that are made
  /// afterwards follow.
  public func freeze(_ isFrozen: Bool = true) {
    for parameter in parameters { parameter.isFrozen = isFrozen }
  }

  /// Computes the output by itself, without epilogues.
  public func forward(
    _ inputs: [FeatureMap], into output: FeatureMap, mode: Mode, on pool: WorkerPool
  ) {
    forward(ForwardPass(inputs: inputs, output: output, mode: mode), on: pool)
  }
}

/// A layer that draws random numbers in training.
public protocol RandomLayer: Layer {
  /// Says which batch the passes that follow are for. Called before each `forward` in training.
  func begin(_ origin: BatchOrigin)
}

/// Where in a training a batch stands. With a layer's name it decides what the layer draws.
public struct BatchOrigin: Sendable {
  public var seed: Int
  /// Counted from 1.
  public var epoch: Int
  /// The place of the batch's first image in the order of the epoch; the others follow it.
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
  /// The first of several inputs alone.
  public static let firstInput = BackwardReads(rawValue: 4)
}

/// The maps of one forward pass.
public struct ForwardPass: Sendable {
  public var inputs: [FeatureMap]
  public var output: FeatureMap
  public var mode: Mode
  /// Runs on each finished image of the output. Only layers that run epilogues get one.
  public var epilogue: (any ImageEpilogue)?
  /// Whether `inputEpilogue` has run on this first input.
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
  /// Where each input's gradient goes; nil where none is needed.
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
  /// Whether the layer adds to what another consumer of the same input has left there.
  public var adds: Bool
  /// Runs on each finished image of the gradient. Only layers that run epilogues get one, for their first input.
  public var epilogue: (any ImageEpilogue)?

  public init(map: FeatureMap, adds: Bool, epilogue: (any ImageEpilogue)? = nil) {
    self.map = map
    self.adds = adds
    self.epilogue = epilogue
  }
}

/// The inputs of a layer that works on whole vectors of channels.
///
/// - Precondition: as many inputs as `count`, none of them a batch of images.
func requireVectors(_ inputs: [FeatureMapShape], count: ClosedRange<Int>, _ layer: StaticString) {
  precondition(
    count.contains(inputs.count) && inputs.allSatisfy(\.fillsVectors),
    "\(layer) of \(inputs) with \(inputs.map(\.channelStride)) floats a pixel")
}

/// Grows `buffer` to at least `count` floats.
func grow(_ buffer: inout AlignedBuffer, to count: Int) {
  if buffer.count < count { buffer = AlignedBuffer(count: count) }
}
