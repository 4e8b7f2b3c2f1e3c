import ArgumentParser
import Foundation
import Gnuplot
import Planning
import Terminals
import Watching

/// `tessera watch`: shows a running training in the terminal, redrawn every second.
struct WatchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "watch", abstract: "Show a running training: curves, rate, time left.")

  @Argument(help: ArgumentHelp("The run; any that trains where it is left out.", valueName: "run"))
  var runName: String?

  @Option(help: "A process; watch until it has ended.")
  var process: Int32?

  func run() throws {
    let project = try Project.here()
    let isRenewed = Terminal.isInteractive && Terminal.canRenew
    let renderer = try Renderer()
    var curves = CurveLetters(renderer: renderer)
    var shown = 0
    var lastEpoch = 0
    var name = runName
    while true {
      if let training = RunningTraining.now(name, in: project) {
        name = training.run
        if isRenewed {
          let screen = WatchScreen(
            training, columns: Terminal.width, lines: Terminal.height - 1,
            showsColours: Terminal.showsColours(environment: ProcessInfo.processInfo.environment))
          let lines = screen.text { curves.letters(of: $0, on: screen, lines: $1) }
          Output.redraw(lines, over: shown)
          shown = lines.count
        } else if let line = training.newestEpoch(after: lastEpoch) {
          Output.line(line.text)
          lastEpoch = line.epoch
        }
      } else if process == nil, !isRunning(name, in: project) {
        break
      }
      if let process, kill(process, 0) != 0 { return }
      Thread.sleep(forTimeInterval: 1)
    }
    let subject = name.map { "\($0) is not running" } ?? "no run is training"
    let next =
      name.map { "its figures: ./pipeline.sh plot \($0) --terminal" }
      ?? "./pipeline.sh run --watch starts one"
    Output.line("\(subject); \(next)")
  }

  /// Whether a command holds the run, so that another of its trainings may begin.
  private func isRunning(_ name: String?, in project: Project) -> Bool {
    guard let name else { return false }
    return LockHolder.all(in: project).contains { $0.runName == name }
  }
}

/// Figures drawn with characters, redrawn only when they change.
private struct CurveLetters {
  let renderer: Renderer
  private var drawn: [String: (key: String, lines: [String])] = [:]

  init(renderer: Renderer) { self.renderer = renderer }

  /// The lines of a figure, or one that says why there is none.
  mutating func letters(of figure: Figure, on screen: WatchScreen, lines: Int) -> [String] {
    let key = "\(screen.columns) \(lines) \(figure.dataText)"
    if let kept = drawn[figure.name], kept.key == key { return kept.lines }
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("tessera-watch-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    let letters: [String]
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      try renderer.render(figure, formats: [], into: folder)
      letters = try renderer.letters(
        figure.name, in: folder, columns: screen.columns, lines: lines,
        inColours: screen.showsColours)
    } catch {
      letters = ["\(error)"]
    }
    drawn[figure.name] = (key, letters)
    return letters
  }
}
