import Foundation
import Recipes
import TensorFiles

/// Compares a recipe with the artefacts on disk. Sources and recipe files are read once per
/// planner, so that further plans cost little.
public struct Planner {
  public let project: Project
  private var code: CodeInventory
  private let paths: PathDigests
  /// The recipe files that have been read.
  private var recipes: [String: RecipeSource] = [:]

  public init(project: Project) throws(PlanningError) {
    self.project = project
    code = try CodeInventory(root: project.root)
    paths = PathDigests(memoryFolder: project.url(ArtefactStore.memoryPath))
  }

  /// The plan of a run.
  ///
  /// - Parameters:
  ///   - selection: The steps to run. Earlier ones are used as they are; later ones are not
  ///     part of the plan.
  ///   - forced: Selected steps that run even if their artefact is valid.
  public mutating func plan(
    _ request: RunRequest, selection: Selection = .all, forced: (String) -> Bool = { _ in false }
  ) throws -> RunPlan {
    let source = try recipes[request.recipe] ?? project.recipeSource(request.recipe)
    recipes[request.recipe] = source
    let recipe = try source.recipe(overrides: request.overrides)
    let steps = try project.graph.steps(for: recipe.steps)
    let folder = RunFolder(request.run, in: project)
    let selected = try selection.indices(among: steps, run: request.run)
    var planned: [PlannedStep] = []
    for (index, step) in steps.prefix((selected.last ?? -1) + 1).enumerated() {
      let isSelected = selected.contains(index)
      let next = try plan(
        step, recipe: recipe, earlier: planned, folder: folder, isSelected: isSelected,
        isForced: isSelected && forced(step.name))
      planned.append(next)
    }
    code.save()
    return RunPlan(request: request, recipe: recipe, folder: folder, steps: planned)
  }

  private mutating func plan(
    _ step: Step, recipe: Recipe, earlier: [PlannedStep], folder: RunFolder,
    isSelected: Bool, isForced: Bool
  ) throws -> PlannedStep {
    var inputs: [Manifest.Input] = []
    var missing: [String] = []
    for binding in step.bindings {
      let producer = earlier.first { $0.name == binding.producer }
      guard let producer, let artefact = producer.artefact,
        let digest = artefact.digest(ofOutput: binding.output.name)
      else {
        if isSelected, let producer, !producer.isSelected {
          throw PlanningError.inputAbsent(
            step: step.name, producer: producer.name, fault: producer.damaged?.faults.first)
        }
        if !missing.contains(binding.producer) { missing.append(binding.producer) }
        continue
      }
      inputs.append(
        Manifest.Input(
          name: binding.input, step: binding.producer, output: binding.output.name,
          stage: artefact.stage, key: artefact.key, digest: digest))
    }

    let stageCode = try code.code(ofStage: step.stage.name)
    let parts = try parts(of: step, recipe: recipe, code: stageCode.digest, inputs: inputs)
    let linked = folder.linkedArtefact(of: step.name).flatMap {
      $0.stage == step.stage.name ? $0 : nil
    }
    let key = missing.isEmpty ? CacheKey(parts: parts) : nil
    let wanted = key.flatMap { project.artefact(stage: step.stage.name, key: $0.text) }
    let state: PlannedStep.State =
      if let valid = wanted?.validManifest, !isForced {
        .current(valid)
      } else if !isSelected {
        linked?.validManifest.map { .outdated($0) } ?? .absent
      } else if let key {
        .due(key)
      } else {
        .waiting(for: missing)
      }
    return PlannedStep(
      step: step, isSelected: isSelected, state: state, parts: parts,
      codeFiles: stageCode.files, inputs: inputs, linked: linked?.manifest,
      found: wanted ?? linked)
  }

  /// Everything that a step's output depends on, and nothing else: no time, path or host.
  private mutating func parts(
    of step: Step, recipe: Recipe, code: String, inputs: [Manifest.Input]
  ) throws -> [KeyPart] {
    let stage = step.stage
    let files = stage.outputs.map { "\($0.name): \($0.files.map(\.text).joined(separator: " "))" }
    var parts = [
      KeyPart(
        kind: .format, name: "format", value: "key 1, tensor files \(TensorFile.formatVersion)"),
      KeyPart(kind: .stage, name: "stage", value: stage.name),
      KeyPart(kind: .outputs, name: "outputs", value: files.joined(separator: ", ")),
      KeyPart(kind: .code, name: "code", value: code),
    ]
    for key in recipe.keys(matching: stage.reads) {
      guard let declared = project.schema[key], !declared.isPresentation else { continue }
      let (value, origin) = recipe.value(of: key, step: step.name)
      if declared.isAddition, value == declared.defaultValue { continue }
      var text = value.canonicalText
      if declared.type == .path, case .text(let path) = value {
        guard let digest = try paths.digest(of: project.url(path)) else {
          throw PlanningError.missingPath(key: key, path: path, origin: origin.description)
        }
        text = "content \(digest)"
      }
      parts.append(KeyPart(kind: .recipe, name: key, value: text))
    }
    parts += inputs.map { KeyPart(kind: .input, name: $0.name, value: $0.digest) }
    return parts
  }
}
