import ArgumentParser
import Foundation
import Planning
import Weaving

/// `tessera weave`: brings a run's page up to date.
struct WeaveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "weave",
    abstract: "Write a run's page where what it shows has changed, and print its path.")

  @Argument(help: ArgumentHelp("The run; the latest where it is left out.", valueName: "run"))
  var runName: String?

  func run() throws {
    let project = try Project.here()
    let folder = try RunFolder.named(runName, in: project)
    _ = try Weaver(project: project, version: Self.version).weave(folder, always: false)
    print(Weaver.path(ofRun: folder.name))
  }

  /// Identifies the build of this program.
  static var version: String {
    let executable = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let attributes = try? FileManager.default.attributesOfItem(atPath: executable.path)
    let size = (attributes?[.size] as? NSNumber)?.intValue ?? 0
    let time = (attributes?[.modificationDate] as? Date)?.timeIntervalSince1970 ?? 0
    return "\(size) \(time)"
  }
}

/// `tessera report`: writes a run's page again, or a page that compares several runs.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a run's page anew, or that of several runs side by side, and print its path.")

  @Argument(help: ArgumentHelp("The runs; the latest where none is named.", valueName: "run"))
  var names: [String] = []

  @Flag(help: "Write a Jupyter notebook of one run instead, plots/RUN/notebook.ipynb.")
  var notebook = false

  func validate() throws {
    guard !notebook || names.count <= 1 else {
      throw ValidationError("report --notebook takes one run, found \(names.count)")
    }
  }

  func run() throws {
    let project = try Project.here()
    var folders: [RunFolder] = []
    for name in names where !folders.contains(where: { $0.name == name }) {
      folders.append(try RunFolder.named(name, in: project))
    }
    let weaver = Weaver(project: project, version: WeaveCommand.version)
    guard !notebook else {
      return print(try weaver.notebook(try folders.first ?? RunFolder.named(nil, in: project)))
    }
    if folders.count > 1 {
      print(try weaver.compare(folders))
    } else {
      let folder = try folders.first ?? RunFolder.named(nil, in: project)
      _ = try weaver.weave(folder, always: true)
      print(Weaver.path(ofRun: folder.name))
    }
    print(Weaver.indexPath)
  }
}
