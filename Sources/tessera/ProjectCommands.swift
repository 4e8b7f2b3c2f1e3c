import ArgumentParser
import Foundation
import Planning
import Recipes

/// `tessera list`: the recipes and the runs.
struct ListCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "list", abstract: "Print the recipes and the runs.")

  func run() throws {
    let project = try Project.here()
    print("recipes")
    let recipes = project.recipeNames.map { name in
      let request = try? RunRequest(
        recipe: name, project: project, callerFolder: project.root)
      let about = request.map { request in
        (try? project.recipe(for: request))?.about ?? "can't be read: ./pipeline.sh run \(name)"
      }
      return [name, about ?? ""]
    }
    printLines(columns(recipes))
    let runs = project.runNames.compactMap { name -> [String]? in
      guard let request = try? RunFolder(name, in: project).request else { return nil }
      return [name, (["recipe \(request.recipe)"] + request.overrides).joined(separator: " ")]
    }
    print("runs")
    printLines(columns(runs.isEmpty ? [["none yet"]] : runs))
  }
}

/// `tessera dag`: the instances of a recipe and what each reads.
struct DagCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "dag", abstract: "Print which instance reads what.")

  @Argument(help: "The recipe.")
  var recipe = "quickstart"

  func run() throws {
    let project = try Project.here()
    let here = URL(fileURLWithPath: FileManager.default.currentDirectoryPath)
    let request = try RunRequest(recipe: recipe, project: project, callerFolder: here)
    let steps = try project.recipe(for: request).steps
    for instance in try project.graph.instances(for: steps) {
      let stage = instance.stage
      print(instance.name + (stage.name == instance.name ? "" : "  (stage \(stage.name))"))
      var rows = instance.bindings.map { binding in
        ["reads", binding.input, "\(binding.producer).\(binding.output.name)"]
      }
      if !stage.reads.isEmpty { rows.append(["recipe", stage.reads.joined(separator: ", ")]) }
      rows += stage.outputs.map { output in
        ["writes", output.name, output.files.map(\.text).joined(separator: " ")]
      }
      printLines(columns(rows))
    }
  }
}

/// `tessera lock`: what holds the project's locks.
struct LockCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "lock",
    abstract: "Print a line for each command that holds a lock, with how far its stage is.")

  func run() throws {
    let project = try Project.here()
    printLines(LockHolder.all(in: project).map { $0.line(in: project) })
  }
}

/// `tessera latest`: which run is meant where none is named.
struct LatestCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "latest", abstract: "Print the name of the latest run.")

  func run() throws { print(try RunFolder.named(nil, in: try Project.here()).name) }
}

/// `tessera locate`: where an artefact or one of its outputs lies.
struct LocateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "locate",
    abstract: "Print the path of an instance's artefact, or of an output: train, train.history.")

  @Argument(help: "INSTANCE or INSTANCE.OUTPUT.")
  var name: String

  @Option(name: .customLong("run"), help: "The run; the latest where it is left out.")
  var runName: String?

  func run() throws {
    let project = try Project.here()
    let folder = try RunFolder.named(runName, in: project)
    let words = name.split(separator: ".", maxSplits: 1).map(String.init)
    let steps = try project.recipe(for: try folder.request).steps
    let instances = try project.graph.instances(for: steps).map(\.name)
    guard let instance = words.first, instances.contains(instance) else {
      throw PlanningError.unknownInstance(
        name: words.first ?? "", run: folder.name,
        suggestion: nearest(to: words.first ?? "", among: instances), known: instances)
    }
    let manifest = try folder.standingArtefact(of: instance).manifest
    let path = "\(folder.path)/\(instance)"
    guard words.count == 2 else { return print(path) }
    guard let output = manifest.outputs.first(where: { $0.name == words[1] }) else {
      let known = manifest.outputs.map(\.name)
      throw PlanningError.unknownArtefactOutput(
        instance: instance, output: words[1], suggestion: nearest(to: words[1], among: known),
        known: known)
    }
    printLines(output.files.map { "\(path)/\($0.file)" })
  }
}
