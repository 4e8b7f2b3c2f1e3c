import Foundation
import Planning
import Sweeps
import TestSupport

/// A project of three stages that are never run: learn (with a seed), judge and draw (published).
struct SweptProject {
  let folder: TemporaryFolder
  let project: Project

  init() throws {
    folder = try TemporaryFolder()
    for (name, text) in [
      ("stages/graph.yaml", Self.graph), ("stages/schema.yaml", Self.schema),
      ("stages/recipes/plain.yaml", "about: learns once\nlearn:\n  rate: 0.3\n"),
      (
        "stages/recipes/twice.yaml",
        "about: learns twice\nsteps: [make, learn, again: learn, judge]\n"
      ),
      ("Package.swift", "let package = 1\n"), ("stages/make/main.swift", "let a = 1\n"),
      ("stages/learn/main.swift", "let a = 1\n"), ("stages/judge/main.swift", "let a = 1\n"),
      ("stages/draw/main.swift", "let a = 1\n"),
    ] { try Self.write(text, to: folder.file(name)) }
    project = try Project(root: URL(fileURLWithPath: folder.url.path, isDirectory: true))
  }

  private static let graph = """
    format: 1
    stages:
      make:
        reads: [make]
        outputs: {numbers: numbers.txt}
      learn:
        reads: [learn]
        seed: learn.seed
        inputs: {numbers: make.numbers}
        outputs: {history: history.csv}
      judge:
        inputs: {history: learn.history}
        outputs: {metrics: metrics.json}
      draw:
        inputs: {metrics: judge.metrics}
        outputs: {figure: figure.svg}
        publish: plots
    """

  private static let schema = """
    format: 1
    keys:
      make.count: {type: integer, default: 3, about: "count"}
      learn.rate: {type: number, default: 0.1, about: "rate"}
      learn.sizes: {type: [integer], default: [1], about: "sizes"}
      learn.seed: {type: integer, default: 1, about: "seed"}
    """

  static func write(_ text: String, to url: URL) throws {
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(), withIntermediateDirectories: true)
    try Data(text.utf8).write(to: url)
  }

  func sweep(
    _ recipe: String = "plain", name: String? = nil, sets: [(String, [String])] = [],
    seeds: [Int] = []
  ) throws -> Sweep {
    try Sweep(
      name: name, recipe: recipe, sets: sets.map { Sweep.Axis(key: $0.0, values: $0.1) },
      seeds: seeds, in: project, callerFolder: folder.url)
  }
}
