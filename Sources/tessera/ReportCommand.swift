import ArgumentParser
import Foundation
import Planning
import Weaving

/// `tessera report`: writes a run's page again, or a page that compares several runs.
struct ReportCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "report",
    abstract: "Write a run's page again, or a page that compares several runs, and print its path.")

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
    let weaver = Weaver(project)
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

extension Weaver {
  /// For this build of the program.
  init(_ project: Project) {
    self.init(project: project, version: Self.version)
  }

  /// Identifies the build of this program.
  private static var version: String {
    var status = stat()
    guard stat("/proc/self/exe", &status) == 0 else { return "" }
    let time = status.st_mtim
    return "\(status.st_size) \(time.tv_sec).\(time.tv_nsec)"
  }
}
