import ArgumentParser
import Comparison
import Foundation
import Gnuplot
import Inspection
import Planning
import Terminals

/// `tessera compare RUN…`: compares several runs.
struct CompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Print what runs reached and by what they differ, and draw their curves together.")

  @Argument(help: ArgumentHelp("The runs.", valueName: "run"))
  var names: [String]

  @Flag(help: "Print what runs reached, and by what they differ, as JSON.")
  var json = false

  func run() throws {
    let project = try Project.here()
    var folders: [RunFolder] = []
    for name in names where !folders.contains(where: { $0.name == name }) {
      folders.append(try RunFolder.named(name, in: project))
    }
    let comparison = RunComparison(folders.map { RunResults($0, in: project) })
    let groups = comparison.seedGroups(
      seedKeys: project.graph.stages.compactMap(\.seedKey))
    if json {
      let curves = try drawCurves(of: comparison, in: project)
      return try CompareAnswer(comparison, groups: groups, curves: curves).print()
    }
    let width = Terminal.width
    printLines(
      records([RunComparison.header] + comparison.rows, width: width))
    for remark in comparison.runs.flatMap(\.remarks) { print("  \(remark)") }

    if !groups.isEmpty {
      print("over seeds, as evaluated")
      for line in RunComparison.lines(of: groups) { print("  \(line)") }
    }

    print("recipe values that differ")
    let rows = comparison.differences.map { difference in
      [difference.key] + difference.values.map { $0 ?? "–" }
    }
    printLines(
      rows.isEmpty
        ? ["  none"] : records([["key"] + comparison.runs.map(\.name)] + rows, width: width))
    let curves = try drawCurves(of: comparison, in: project)
    guard let first = curves.first else { return print("no curves to draw") }
    let endings = curves.map { ($0 as NSString).pathExtension }.joined(separator: " .")
    print("curves: \((first as NSString).deletingPathExtension).\(endings)")
  }

  /// - Returns: The files, as paths in the project; none if no run has curves.
  private func drawCurves(of comparison: RunComparison, in project: Project) throws -> [String] {
    guard let figure = comparison.figure else { return [] }
    let path = "plots/compare/\(comparison.folderName)"
    let folder = try project.writableFolder(path)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let files = try Renderer().render(figure, formats: PictureFormat.allCases, into: folder)
    return files.map { "\(path)/\($0.lastPathComponent)" }
  }

  /// A table whose first row is a header; as paragraphs if the rows are wider than the terminal.
  private func records(_ rows: [[String]], width: Int) -> [String] {
    guard let header = rows.first else { return [] }
    let keys = rows.map { $0[0].count }.max() ?? 0
    let room = (width - 2 - keys) / max(header.count - 1, 1) - 2
    func fits(_ row: [String]) -> Bool { row.dropFirst().allSatisfy { $0.count <= room } }
    let narrow = columns(rows).allSatisfy { $0.count <= width } ? rows : rows.filter(fits)
    let wide = narrow.count == rows.count ? [] : rows.dropFirst().filter { !fits($0) }
    let isTable = narrow.count > 1 && narrow.first == header
    let paragraphs = (isTable ? wide : Array(rows.dropFirst())).flatMap { row in
      ["  \(row[0])"] + columns(zip(header, row).dropFirst().map { [$0, $1] }, indent: "    ")
    }
    return (isTable ? columns(narrow) : []) + paragraphs
  }
}
