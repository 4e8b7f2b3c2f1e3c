import ArgumentParser
import Foundation
import Gnuplot
import Planning
import Records
import TensorFiles
import Watching

/// `tessera live`: keeps the page `plots/RUN/live.html` up to date while a command runs.
///
/// It ends with the command: USR1 means that the run is finished; TERM, or the command's death, that it was
/// stopped.
struct LiveCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "live", abstract: "Keep the page on a running training up to date.")

  @Argument var runName: String

  @Option(help: "The process of the command that runs the stages.")
  var process: Int32

  func run() throws {
    var signals = sigset_t()
    sigemptyset(&signals)
    for signal in [SIGUSR1, SIGTERM, SIGINT, SIGHUP] { sigaddset(&signals, signal) }
    sigprocmask(SIG_BLOCK, &signals, nil)

    let project = try Project.here()
    var page = LivePageWriter(run: runName, in: project, renderer: try Renderer())
    var pause = timespec(tv_sec: 1, tv_nsec: 0)
    var seconds = LivePage.refreshSeconds
    while true {
      if seconds >= LivePage.refreshSeconds, page.update() { seconds = 0 }
      seconds += 1
      let signal = sigtimedwait(&signals, nil, &pause)
      if signal == SIGUSR1 { return page.end(.finished(hasReport: page.hasReport)) }
      if signal == SIGTERM || kill(process, 0) != 0 { return page.end(.stopped) }
    }
  }
}

/// Writes the page, and draws its figures when the history has grown.
private struct LivePageWriter {
  private let run: String
  private let project: Project
  private let renderer: Renderer
  private var history: TrainingHistory?
  private var pictures: [Data] = []
  private var hasWritten = false
  private var folder: URL { project.url("plots/\(run)") }

  init(run: String, in project: Project, renderer: Renderer) {
    self.run = run
    self.project = project
    self.renderer = renderer
  }

  /// - Returns: Whether there was something to show.
  mutating func update() -> Bool {
    guard let training = RunningTraining.now(run, in: project) else {
      guard hasWritten else { return false }
      write(.between)
      return true
    }
    if training.history != history {
      history = training.history
      pictures = training.overview.flatMap(draw).map { [$0] } ?? []
    }
    write(.training(training, pictures: pictures))
    return true
  }

  var hasReport: Bool {
    FileManager.default.fileExists(atPath: folder.appendingPathComponent(LivePage.reportName).path)
  }

  mutating func end(_ state: LivePage.State) {
    if hasWritten { write(state) }
  }

  /// Failures are ignored: the page is written again at the next update, and nothing depends on it.
  private mutating func write(_ state: LivePage.State) {
    let page = LivePage(run: run, state: state, time: Timestamp.local(Timestamp.now))
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = folder.appendingPathComponent(LivePage.fileName)
    guard (try? AtomicFile.write(Data(page.document.utf8), to: file)) != nil else { return }
    hasWritten = true
  }

  private func draw(_ figure: Figure) -> Data? {
    let folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("tessera-live-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: folder) }
    try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    guard let files = try? renderer.render(figure, formats: [.svg], into: folder),
      let picture = files.first(where: { $0.lastPathComponent == "\(figure.name).svg" })
    else { return nil }
    return try? Data(contentsOf: picture)
  }
}
