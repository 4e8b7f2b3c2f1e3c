import CheckedNumbers
import Datasets
import Foundation
import Inference
import Models
import Notebook
import Recipes
import TestSupport
import Testing
import Training

/// A stage that is called directly rejects the same values as a recipe.
@Suite struct SettingRangeTests {
  /// All settings that stages read.
  private struct Settings: CheckedSettings {
    let dataset: DatasetSettings
    let split: SplitSettings
    let preprocess: PreprocessSettings
    let train: TrainingSettings
    let evaluate: EvaluationSettings

    func check() throws {
      try dataset.check()
      try split.check()
      try preprocess.check()
      try train.check()
      try evaluate.check()
    }
  }

  private let scratch: TemporaryFolder
  private let schema: RecipeSchema
  /// The settings of one of the project's recipes.
  private let sound: [String: Any]

  init() throws {
    scratch = try TemporaryFolder()
    let stages = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("stages")
    schema = try RecipeSchema(
      contentsOf: stages.appendingPathComponent("schema.yaml"),
      declared: DeclaredKeys.all())
    let recipe = try Recipe(
      contentsOf: stages.appendingPathComponent("recipes/quickstart.yaml"), schema: schema,
      stageNames: ["fetch-and-parse", "train", "evaluate", "plot"], sectionsOfStage: { _ in [] })
    let json = recipe.settings(matching: schema.sections).json
    sound = try #require(
      JSONSerialization.jsonObject(with: Data(json.utf8)) as? [String: Any])
  }

  private func read(_ settings: [String: Any]) throws -> Settings {
    let file = scratch.file("settings.json")
    try JSONSerialization.data(withJSONObject: settings).write(to: file)
    return try StageOptions.parse(
      ["--settings", file.path, "--output", "out", "--work", "work"]
    ).settings(as: Settings.self)
  }

  /// `settings` with `value` under a key such as `train.optimizer.momentum`.
  private func setting(
    _ path: ArraySlice<Substring>, to value: Any, in settings: [String: Any]
  ) -> [String: Any] {
    guard let name = path.first.map(String.init) else { return settings }
    var settings = settings
    settings[name] =
      path.count == 1
      ? value
      : setting(path.dropFirst(), to: value, in: settings[name] as? [String: Any] ?? [:])
    return settings
  }

  /// Values just outside the range of a type, as JSON settings.
  private func outside(_ type: RecipeType) -> [Any] {
    switch type {
    case .integer(let bounds):
      [bounds.least.map { Int($0) - 1 }, bounds.most.map { Int($0) + 1 }].compactMap(\.self)
    case .number(let bounds), .amount(let bounds):
      [
        bounds.least.map { $0 - 0.001 }, bounds.above, bounds.most.map { $0 + 0.001 }, bounds.below,
      ].compactMap(\.self)
    case .list(let item, let length):
      outside(item).map { [Any](repeating: $0, count: length.exactly ?? 1) }
    case .either(let first, _): outside(first)
    default: []
    }
  }

  @Test func shippedSettingsAreRead() throws {
    #expect(try read(sound).train.batch > 0)
  }

  @Test func everyBoundOfTheSchemaHoldsWithoutIt() throws {
    var (keys, refusals) = (0, 0)
    for key in schema.keys {
      let values = outside(key.type)
      keys += values.isEmpty ? 0 : 1
      for value in values {
        let path = key.name.split(separator: ".")[...]
        var settings = setting(path, to: value, in: sound)
        if key.name.contains("architecture") {
          // A size of another network would be rejected whatever its value.
          settings = setting(["train", "network"], to: "", in: settings)
        }
        let error = #expect(throws: (any Error).self, "\(key.name) = \(value)") {
          try read(settings)
        }
        let message = error.map { "\($0)" } ?? "none"
        #expect(
          message.hasPrefix("\(key.name): expected "), "\(key.name) = \(value): \(message)")
        refusals += 1
      }
    }
    #expect(keys >= 35 && refusals >= 50, "\(refusals) numbers of \(keys) keys tried")
  }

  @Test func everyBoundOfAnAugmentationHoldsToo() throws {
    guard case .variants(let variants)? = schema["train.augment"]?.type else {
      Issue.record("train.augment is no list of variants")
      return
    }
    for variant in variants {
      let defaults = try variant.options.map { option in
        try (option.name, value(of: option.defaultValue))
      }
      let options = Dictionary(uniqueKeysWithValues: defaults)
      for option in variant.options {
        for value in outside(option.type) {
          var changed = options
          changed[option.name] = value
          let item: [String: Any] = [variant.name: changed]
          let settings = setting(["train", "augment"], to: [item], in: sound)
          let error = #expect(throws: SettingOutOfRange.self, "\(variant.name) \(changed)") {
            try read(settings)
          }
          #expect(error?.key == "train.augment.\(variant.name).\(option.name)")
        }
      }
    }
  }

  private func value(of value: RecipeValue) throws -> Any {
    try JSONSerialization.jsonObject(with: Data(value.json.utf8), options: .fragmentsAllowed)
  }

  @Test func noCheckpointIsNoneToEvaluate() {
    let settings = setting(["evaluate", "checkpoint"], to: [String](), in: sound)
    #expect(throws: SettingOutOfRange.self) { try read(settings) }
  }
}
