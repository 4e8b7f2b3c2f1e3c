import Declarations
import Kernels
import Layers
import Tensors

/// The arithmetic of one optimiser: the update of a parameter in a step, and the state kept between
/// steps.
///
/// Adding a rule to `OptimizerSettings.rules` makes it available in recipes, messages and
/// completion.
public protocol UpdateRule: Sendable {
  /// Its name in `train.optimizer.kind`.
  static var name: String { get }
  /// A description in a few words without a full stop.
  static var about: String { get }
  /// Its keys of `train.optimizer`, in addition to those common to all optimisers. A key of several
  /// rules has the same declaration in each.
  static var keys: [any DeclaredKey] { get }

  /// Checks combinations of keys.
  static func check(_ settings: OptimizerSettings) throws

  init(_ settings: OptimizerSettings)

  /// The names of the state quantities that the rule keeps for each parameter: SGD's velocity,
  /// Adam's two means. They start at zero and are saved with the state of an interrupted run.
  var memory: [String] { get }
  /// Whether the rule can update a parameter.
  static func accepts(_ parameter: Parameter) -> Bool
  /// Floats of memory that the update of a parameter needs besides its state. Their contents are
  /// not kept after the update.
  func scratchCount(for parameter: Parameter) -> Int
  /// The rule and its constants, as text within a line of a chapter.
  var words: String { get }

  /// Updates a parameter's value. Allocates no memory on the heap.
  func update(_ parameter: ParameterStep, on pool: WorkerPool)
}

extension UpdateRule {
  public static var keys: [any DeclaredKey] { [] }
  public static func check(_ settings: OptimizerSettings) throws {}
  public var memory: [String] { [] }
  public static func accepts(_ parameter: Parameter) -> Bool { true }
  public func scratchCount(for parameter: Parameter) -> Int { 0 }
}

/// One parameter in one step of an optimiser. All buffers have the same length and the layout of
/// the parameter; padding is zero and must stay zero.
public struct ParameterStep {
  public let value: AlignedBuffer
  public let gradient: AlignedBuffer
  /// The rule's state quantities, in the order of `UpdateRule.memory`.
  public let memory: [AlignedBuffer]
  /// The parameter as a matrix, if it is one.
  public let matrix: WeightMatrix?
  /// Room for `UpdateRule.scratchCount(for:)` floats.
  public let scratch: AlignedBuffer
  /// The number of the step, counted from 1.
  public let number: Int
  public let rate: Double
  public let weightDecay: Double
}
