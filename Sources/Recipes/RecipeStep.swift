/// A run of a stage within a recipe.
public struct RecipeStep: Sendable, Equatable {
  /// The run's own name: that of its stage, or another where a recipe runs the stage again.
  public let instance: String
  public let stage: String
  /// Inputs that a recipe binds itself: the input's name, and `instance.output` it comes from.
  public let inputs: [String: String]

  public init(instance: String, stage: String, inputs: [String: String] = [:]) {
    self.instance = instance
    self.stage = stage
    self.inputs = inputs
  }
}
