import Declarations
import Kernels
import Tensors

/// The arithmetic of one optimiser: what a step does to a parameter, and what it remembers until the next.
///
/// A rule in the list `OptimizerSettings.rules` is known to recipes, messages and completion.
public protocol UpdateRule: Sendable {
  /// What `train.optimizer.kind` calls it.
  static var name: String { get }
  /// What it is, in a few words without a full stop.
  static var about: String { get }
  /// Its keys of `train.optimizer`, beside those that all optimisers have. A key that several rules have
  /// is the same in each.
  static var keys: [any DeclaredKey] { get }

  /// Checks what no single key can say: whether the keys go together.
  static func check(_ settings: OptimizerSettings) throws

  init(_ settings: OptimizerSettings)

  /// The quantities it remembers of each parameter, by name: SGD's velocity, Adam's two means. They
  /// begin as zeros, and are kept with the state of an interrupted training.
  var memory: [String] { get }
  /// The rule and its constants, in a line of a chapter.
  var words: String { get }

  /// Changes a parameter's value. Takes no memory from the heap.
  func update(_ parameter: ParameterStep, on pool: WorkerPool)
}

extension UpdateRule {
  public static var keys: [any DeclaredKey] { [] }
  public static func check(_ settings: OptimizerSettings) throws {}
  public var memory: [String] { [] }
}

/// One parameter in one step of an optimiser. All buffers are of one length and in the layout of the
/// parameter; padding is zero and must stay so.
public struct ParameterStep {
  public let value: AlignedBuffer
  public let gradient: AlignedBuffer
  /// The rule's quantities, in the order of its names.
  public let memory: [AlignedBuffer]
  /// The step, counted from 1.
  public let number: Int
  public let rate: Double
  public let weightDecay: Double
}
