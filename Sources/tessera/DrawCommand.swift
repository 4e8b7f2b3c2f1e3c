import ArgumentParser
import Foundation
import Gnuplot
import Inspection
import Planning
import Recipes
import Terminals

/// `tessera draw`: a run's figures in the terminal.
struct DrawCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "draw", abstract: "Draw figures of a run in the terminal, in letters.")

  @Option(name: .customLong("run"), help: "The run; the latest where it is left out.")
  var runName: String?

  @Argument(help: "The figures; all where they are left out.")
  var figures: [String] = []

  func run() throws {
    let project = try Project.here()
    let folder = try RunFolder.named(runName, in: project)
    let scripts = try publishedScripts(of: folder, in: project)
    let known = scripts.map(\.name)
    for figure in figures where !known.contains(figure) {
      throw PlanningError.unknownFigure(
        name: figure, run: folder.name, suggestion: nearest(to: figure, among: known),
        known: known)
    }
    let renderer = try Renderer()
    for script in scripts where figures.isEmpty || figures.contains(script.name) {
      try draw(script, with: renderer)
    }
  }

  private struct Script {
    let name: String
    let folder: URL
    /// The folder to show to the user, as a path in the project.
    let shown: String
  }

  /// The gnuplot scripts among the outputs that the run's stages publish.
  private func publishedScripts(of folder: RunFolder, in project: Project) throws -> [Script] {
    let listed = try project.recipe(for: try folder.request).steps
    let steps = try project.graph.steps(for: listed).filter {
      $0.stage.publishingFolder != nil
    }
    return try steps.flatMap { step -> [Script] in
      guard folder.linkedArtefact(of: step.name) != nil else { return [] }
      let manifest = try folder.validArtefact(of: step.name).manifest
      let files = manifest.outputs.flatMap(\.files)
      let path = "\(folder.path)/\(step.name)"
      return files.map(\.file).filter { $0.hasSuffix(".gp") }.sorted().map {
        Script(name: String($0.dropLast(3)), folder: project.url(path), shown: path)
      }
    }
  }

  private func draw(_ script: Script, with renderer: Renderer) throws {
    let text = try String(
      contentsOf: script.folder.appending(path: script.name + ".gp"), encoding: .utf8)
    if text.contains("with rgbalpha") || text.contains("with rgbimage") {
      print("\(script.name) is made of images: open \(script.shown)/\(script.name).png")
      return print()
    }
    let width = max(Terminal.width, 60)
    let lines = try renderer.letters(
      script.name, in: script.folder, columns: width, lines: max(20, min(32, width / 4)),
      inColours: Terminal.showsColours(environment: ProcessInfo.processInfo.environment))
    print("\(script.name)")
    for line in lines { Output.coloured(line) }
    print()
  }
}
