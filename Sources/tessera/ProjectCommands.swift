import ArgumentParser
import Foundation
import Planning
import Recipes
import Terminals

/// `tessera list`: the recipes and the runs.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Print the recipes and the runs.")

  @Flag(help: "Print them as JSON.")
  var json = false

  func run() throws {
    let answer = ListAnswer(of: try Project.here())
    guard !json else { return try answer.print() }
    print("recipes")
    printLines(
      columns(
        answer.recipes.map { recipe in
          [recipe.name, recipe.about ?? "can't be read: ./pipeline.sh run \(recipe.name)"]
        }, width: Terminal.limit))
    let runs = answer.runs.map { run in
      [run.name, (["recipe \(run.recipe)"] + run.overrides).joined(separator: " ")]
    }
    print("runs")
    printLines(columns(runs.isEmpty ? [["none yet"]] : runs, width: Terminal.limit))
  }
}

/// The output of `list --json`.
private struct ListAnswer: Answer {
  struct NamedRecipe: Encodable {
    let name: String
    /// The recipe's description; nil if it can't be read.
    let about: String?
  }

  struct Run: Encodable {
    let name: String
    let recipe: String
    let overrides: [String]
  }

  let command = "list"
  let recipes: [NamedRecipe]
  let runs: [Run]

  init(of project: Project) {
    recipes = project.recipeNames.map { name in
      let request = try? RunRequest(recipe: name, project: project, callerFolder: project.root)
      return NamedRecipe(
        name: name, about: request.flatMap { (try? project.recipe(for: $0))?.about })
    }
    runs = project.runNames.compactMap { name in
      guard let request = try? RunFolder(name, in: project).request else { return nil }
      return Run(name: name, recipe: request.recipe, overrides: request.overrides)
    }
  }
}

/// `tessera dag`: the steps of a recipe and their inputs.
struct DagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dag", abstract: "Print the inputs of each step.")

  @Argument(help: "The recipe.")
  var recipe = "quickstart"

  @Flag(help: "Print the steps as JSON.")
  var json = false

  func run() throws {
    let project = try Project.here()
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    let request = try RunRequest(recipe: recipe, project: project, callerFolder: here)
    let steps = try project.graph.steps(for: try project.recipe(for: request).steps)
    guard !json else { return try DagAnswer(recipe: request.recipe, steps).print() }
    for step in steps {
      let stage = step.stage
      print(step.name + (stage.name == step.name ? "" : "  (stage \(stage.name))"))
      var rows = step.bindings.map { binding in
        ["reads", binding.input, "\(binding.producer).\(binding.output.name)"]
      }
      if !stage.reads.isEmpty { rows.append(["recipe", stage.reads.joined(separator: ", ")]) }
      rows += stage.outputs.map { output in
        ["writes", output.name, output.files.map(\.text).joined(separator: " ")]
      }
      printLines(columns(rows, width: Terminal.limit))
    }
  }
}

/// The output of `dag --json`.
private struct DagAnswer: Answer {
  struct Step: Encodable {
    struct Input: Encodable {
      let name: String
      /// The step and the output that are its source.
      let step: String
      let output: String
    }

    struct Output: Encodable {
      let name: String
      /// Names of files, and patterns with `*`.
      let files: [String]
    }

    let name: String
    let stage: String
    /// Sections and keys of the recipe.
    let settings: [String]
    let inputs: [Input]
    let outputs: [Output]
  }

  let command = "dag"
  let recipe: String
  let steps: [Step]

  init(recipe: String, _ steps: [Planning.Step]) {
    self.recipe = recipe
    self.steps = steps.map { step in
      Step(
        name: step.name, stage: step.stage.name, settings: step.stage.reads,
        inputs: step.bindings.map {
          Step.Input(name: $0.input, step: $0.producer, output: $0.output.name)
        },
        outputs: step.stage.outputs.map {
          Step.Output(name: $0.name, files: $0.files.map(\.text))
        })
    }
  }
}

/// `tessera lock`: the holders of the project's locks.
struct LockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract: "Print a line for each command that holds a lock, with how far its stage is.")

  func run() throws {
    let project = try Project.here()
    printLines(LockHolder.all(in: project).map { $0.line(in: project) })
  }
}

/// `tessera latest`: the run that commands use by default.
struct LatestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latest", abstract: "Print the name of the latest run.")

  func run() throws { print(try RunFolder.named(nil, in: try Project.here()).name) }
}

/// `tessera locate`: prints the path of an artefact or of one of its outputs.
struct LocateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "locate",
    abstract: "Print the path of a step's artefact, or of an output: train, train.history.")

  @Argument(help: "STEP or STEP.OUTPUT.")
  var name: String

  @Option(name: .customLong("run"), help: "The run; the latest where it is left out.")
  var runName: String?

  func run() throws {
    let project = try Project.here()
    let folder = try RunFolder.named(runName, in: project)
    let words = name.split(separator: ".", maxSplits: 1).map(String.init)
    let listed = try project.recipe(for: try folder.request).steps
    let steps = try project.graph.steps(for: listed).map(\.name)
    guard let step = words.first, steps.contains(step) else {
      throw PlanningError.neitherFileNorStep(
        name: name, run: folder.name, suggestion: nearest(to: words.first ?? "", among: steps),
        known: steps)
    }
    let manifest = try folder.validArtefact(of: step).manifest
    let path = "\(folder.path)/\(step)"
    guard words.count == 2 else { return print(path) }
    guard let output = manifest.outputs.first(where: { $0.name == words[1] }) else {
      let known = manifest.outputs.map(\.name)
      throw PlanningError.unknownArtefactOutput(
        step: step, output: words[1], suggestion: nearest(to: words[1], among: known),
        known: known)
    }
    printLines(output.files.map { "\(path)/\($0.file)" })
  }
}
