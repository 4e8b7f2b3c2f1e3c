import Datasets
import Foundation
import Inference
import Models
import Notebook
import Planning
import Recipes
import TensorFiles
import Training

/// Finds settings of a recipe that a stage would reject, before anything runs.
///
/// A check belongs to a section of the recipe and applies to every step that reads it, whatever the
/// name of its stage. It is the stage's own check, as far as it is possible without the stage's
/// inputs. If a project's schema has other keys in a section of that name, the section is not
/// checked.
public struct RecipeCheck {
  private let plan: RunPlan
  private let project: Project

  public init(_ plan: RunPlan, in project: Project) {
    self.plan = plan
    self.project = project
  }

  /// Checks the steps of the plan that would run.
  ///
  /// - Throws: `RecipeCheckError` for the first step that would reject its settings.
  public func check() throws(RecipeCheckError) {
    for planned in plan.steps where planned.isSelected && planned.wouldRun {
      do {
        try check(planned.step)
      } catch {
        throw RecipeCheckError(step: planned.name, problem: "\(error)")
      }
    }
  }

  private func check(_ step: Step) throws {
    if let settings = settings(of: step, "dataset", as: DatasetSettings.self) {
      _ = try settings.expectedCounts(relativeTo: project.root)
    }
    if let settings = settings(of: step, "split", as: SplitSettings.self),
      let images = trainingImages
    {
      try settings.check(trainingImages: images, classes: data?.classCount)
    }
    try settings(of: step, "preprocess", as: PreprocessSettings.self)?.check()
    if let settings = settings(of: step, "train", as: TrainingSettings.self) {
      try check(settings, of: step)
    }
    if let settings = settings(of: step, "evaluate", as: EvaluationSettings.self) {
      try check(settings, of: step)
    }
  }

  /// The settings of a section with which the step is run; nil if it does not read the section, or
  /// if the section has other keys.
  private func settings<Settings: Decodable>(
    of step: Step, _ section: String, as type: Settings.Type
  ) -> Settings? {
    let all = plan.recipe.settings(matching: step.stage.reads, step: step.name)
    guard let settings = all[section] else { return nil }
    return try? JSONDecoder.settings.decode(type, from: Data(settings.json.utf8))
  }
}

// MARK: - Images

extension RecipeCheck {
  /// The data set's settings; nil if no step reads such a section.
  private var data: DatasetSettings? {
    plan.steps.lazy.compactMap {
      settings(of: $0.step, "dataset", as: DatasetSettings.self)
    }.first
  }

  /// The number of training images, if it is known in advance.
  private var trainingImages: Int? {
    guard let data else { return nil }
    return (try? data.expectedCounts(relativeTo: project.root))?.training
  }

  /// Whether the test images are used for validation.
  private var validatesOnTest: Bool {
    plan.steps.contains { planned in
      settings(of: planned.step, "split", as: SplitSettings.self)?.validation == .test
    }
  }
}

// MARK: - Training and evaluation

extension RecipeCheck {
  private func check(_ settings: TrainingSettings, of step: Step) throws {
    try NetworkCatalog.check(named: settings.network, configuration: settings.architecture)
    try settings.check(holdsOut: settings.data == .training)
    if settings.data == .trainingAndValidation, validatesOnTest {
      throw TrainingError.testImagesWouldTrain
    }
    // For folders and arrays, the number of classes is known only after reading them.
    if let path = settings.initFrom, let classes = data?.classCount {
      let network = try NetworkCatalog.network(
        named: settings.network, configuration: settings.architecture, classes: classes)
      try Checkpoint.check(TensorFile(contentsOf: project.url(path)), fits: network)
    }
  }

  /// Checks that the training whose checkpoints are evaluated keeps those that are listed.
  private func check(_ settings: EvaluationSettings, of step: Step) throws {
    for binding in step.bindings {
      let producer = plan.steps.first { $0.name == binding.producer }?.step
      // A training that continues another continues its epoch numbers.
      guard let producer, !producer.bindings.contains(where: { $0.isOfCheckpoint }),
        let training = self.settings(of: producer, "train", as: TrainingSettings.self)
      else { continue }
      try settings.check(keptBy: producer.name, epochs: training.epochCount) {
        training.checkpoint.keeps(epoch: $0)
      }
    }
  }
}

extension Step.Binding {
  /// Whether it is a checkpoint to continue from: the only input of a training that is not an image
  /// set.
  fileprivate var isOfCheckpoint: Bool { input == "start" }
}

extension PlannedStep {
  fileprivate var wouldRun: Bool {
    switch state {
    case .due, .waiting: true
    case .current, .outdated, .absent: false
    }
  }
}

/// A step whose stage would reject the settings of the recipe.
public struct RecipeCheckError: Error, Equatable, CustomStringConvertible {
  public let step: String
  /// The message of the stage.
  public let problem: String

  public var description: String { "\(step) would refuse the recipe: \(problem)" }
}
