/// One use of a stage in a recipe.
public struct RecipeStep: Sendable, Equatable {
  /// The step's name: that of its stage, or another if a recipe runs the stage again.
  public let name: String
  public let stage: String
  /// Inputs that a recipe binds: the input's name, and its source `step.output`.
  public let inputs: [String: String]

  public init(name: String, stage: String, inputs: [String: String] = [:]) {
    self.name = name
    self.stage = stage
    self.inputs = inputs
  }
}
