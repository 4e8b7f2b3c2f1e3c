/// One use of a stage in a recipe.
public struct RecipeStep: Sendable, Equatable {
  /// The step's name: that of its stage, or another if a recipe runs the stage again.
  public let instance: String
  public let stage: String
  /// Inputs that a recipe binds: the input's name, and its source `step.output`.
  public let inputs: [String: String]

  public init(instance: String, stage: String, inputs: [String: String] = [:]) {
    self.instance = instance
    self.stage = stage
    self.inputs = inputs
  }
}
