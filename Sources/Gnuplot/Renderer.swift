import Foundation
import TensorFiles

/// The formats a figure is drawn in. Raw values are file name extensions.
public enum PictureFormat: String, Sendable, CaseIterable, Decodable { case png, svg }

/// Writes figures to a folder and draws them with gnuplot.
public struct Renderer: Sendable {
  /// The gnuplot program.
  public let program: URL

  /// Finds gnuplot among the folders of `PATH`.
  public init() throws(RenderError) {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    let candidates = folders.map { URL(fileURLWithPath: String($0)).appending(path: "gnuplot") }
    guard
      let program = candidates.first(where: {
        FileManager.default.isExecutableFile(atPath: $0.path)
      })
    else { throw .gnuplotMissing }
    self.program = program
  }

  /// Uses `program` as gnuplot.
  public init(program: URL) {
    self.program = program
  }

  /// Writes `figure`'s script and data into `folder` and draws it in `formats`.
  ///
  /// A picture gets its name only when it is complete. After an error, the folder contains the
  /// script and the data, for inspection, but none of this figure's new pictures.
  ///
  /// - Returns: The files written, script and data first.
  @discardableResult
  public func render(
    _ figure: Figure, formats: [PictureFormat], into folder: URL
  ) throws(RenderError) -> [URL] {
    try render([figure], formats: formats, into: folder, processes: 1)
    let ends = [".gp", ".csv"] + formats.map { "." + $0.rawValue }
    let hasNarrow = formats.contains(.svg) && figure.narrow != nil
    return (ends + (hasNarrow ? ["-narrow.svg"] : [])).map {
      folder.appending(path: figure.name + $0)
    }
  }

  /// The names of all files that drawing a figure may write.
  public static func files(of figure: String) -> [String] {
    ["\(figure).gp", "\(figure).csv", "\(figure)-narrow.svg"]
      + PictureFormat.allCases.map { "\(figure).\($0.rawValue)" }
  }

  /// The characters of `text` that no installed font has, each once, in their order. A PNG shows a
  /// hollow square in their place.
  public func undrawableLetters(in text: String) -> [Character] {
    var seen: Set<Character> = []
    return text.filter { letter in
      letter.unicodeScalars.contains { !Self.canDraw($0) } && seen.insert(letter).inserted
    }.map { $0 }
  }

  /// A remark on the characters of `names` that no installed font has; nil if there are none.
  public func remark(onLettersOf names: [String]) -> String? {
    let unknown = undrawableLetters(in: names.joined())
    guard !unknown.isEmpty else { return nil }
    return "no font here has \(unknown.count) letters of the class names, such as "
      + "\(unknown.prefix(5).map(String.init).joined(separator: " ")): PNG pictures show □ for them, "
      + "SVG pictures are not concerned; install a font (for Chinese, Japanese and Korean: "
      + "apt-get install fonts-noto-cjk) and draw again"
  }

  /// Whether a font has the character. The machine's fonts are listed only when a character outside
  /// the basic set occurs.
  static func canDraw(_ scalar: Unicode.Scalar) -> Bool {
    FontCoverage.basic.has(scalar) || FontCoverage.ofThisMachine.has(scalar)
  }

  /// Runs the script `name`.gp of `folder` in gnuplot; for a PNG, without the characters that no
  /// font has.
  ///
  /// - Returns: The pictures, in the order of `formats`.
  public func draw(
    _ name: String, formats: [PictureFormat], in folder: URL
  ) throws(RenderError) -> [URL] {
    let script = folder.appending(path: name + ".gp")
    let text = (try? String(contentsOf: script, encoding: .utf8)) ?? ""
    defer { Drawing.removeTemporaries(of: name, in: folder) }
    let drawings = try Drawing.all(of: name, script: text, formats: formats, in: folder)
    if let (_, error) = run(drawings[...], in: folder) { throw error }
    for drawing in drawings { try drawing.check() }
    for drawing in drawings { try drawing.publish() }
    return formats.map { folder.appending(path: "\(name).\($0.rawValue)") }
  }

  /// Has one gnuplot run drawings of `folder`, one after the other, until one fails.
  ///
  /// - Returns: The drawing that failed and why; nil if all have succeeded.
  func run(
    _ drawings: ArraySlice<Drawing>, in folder: URL
  ) -> (index: Int, error: RenderError)? {
    guard let last = drawings.indices.last else { return nil }
    do throws(RenderError) {
      // A new session forgets all that a script has set.
      let words = drawings.flatMap { ["-e", "reset session"] + $0.arguments(from: folder) }
      try runGnuplot(Array(words.dropFirst(2)), in: folder, script: "")
      return nil
    } catch {
      guard case .failed(_, let status, let message) = error else { return (last, error) }
      let index = drawings.firstIndex { !$0.isWhole } ?? last
      let path = drawings[index].scriptURL.path
      return (index, .failed(script: path, status: status, message: message))
    }
  }

  /// Draws the script `name`.gp of `folder` in characters, for a terminal.
  ///
  /// - Parameters:
  ///   - columns: Characters in a line.
  ///   - lines: Lines of each panel.
  ///   - inColours: Whether lines are coloured by ANSI escapes.
  /// - Returns: The lines, without blank ones at the beginning and the end.
  public func letters(
    _ name: String, in folder: URL, columns: Int, lines: Int, inColours: Bool
  ) throws(RenderError) -> [String] {
    let stem = "tessera-\(UInt64.random(in: .min ... .max))"
    let file = FileManager.default.temporaryDirectory.appending(path: stem + ".txt")
    defer { try? FileManager.default.removeItem(at: file) }
    // gnuplot runs in the scripts' folder, which may be read-only; a quote in a path is doubled.
    let output = Text.quoted(file.deletingPathExtension().path)
    let settings = [
      "formats = 'txt'", "output = \(output)", "columns = \(columns)", "lines = \(lines)",
      "ansi = \(inColours ? 1 : 0)",
    ]
    try runGnuplot(
      settings.flatMap { ["-e", $0] } + [name + ".gp"], in: folder,
      script: folder.appending(path: name + ".gp").path)
    guard let text = try? String(contentsOf: file, encoding: .utf8) else {
      throw .noLetters(script: folder.appending(path: name + ".gp").path)
    }
    let all = text.replacing("\u{0C}", with: "").split(
      separator: "\n", omittingEmptySubsequences: false)
    func isBlank(_ line: Substring) -> Bool {
      line.replacing(/\u{1B}\[[0-9;]*m/, with: "").allSatisfy(\.isWhitespace)
    }
    guard let first = all.firstIndex(where: { !isBlank($0) }),
      let last = all.lastIndex(where: { !isBlank($0) })
    else { return [] }
    return all[first...last].map(String.init)
  }

  /// Runs gnuplot in `folder`, so that no path has to be quoted. `-d` ignores the user's settings;
  /// the locale is fixed, since decimal points depend on it.
  ///
  /// - Parameter script: The script to name in an error.
  private func runGnuplot(
    _ arguments: [String], in folder: URL, script: String
  ) throws(RenderError) {
    let process = Process()
    process.executableURL = program
    process.currentDirectoryURL = folder
    process.arguments = ["-d"] + arguments
    process.environment = ProcessInfo.processInfo.environment
      .filter { !$0.key.hasPrefix("GNU") && !$0.key.hasPrefix("LC_") }
      .merging(["LC_ALL": "C.UTF-8"]) { _, fixed in fixed }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    let messages = Pipe()
    process.standardError = messages
    do {
      try process.run()
    } catch {
      throw .failed(script: script, status: 127, message: error.localizedDescription)
    }
    let said = messages.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    guard process.terminationReason == .exit, process.terminationStatus == 0 else {
      throw .failed(
        script: script, status: Int(process.terminationStatus),
        message: Self.complaint(in: String(decoding: said, as: UTF8.self)))
    }
  }

  /// The line of gnuplot's messages that names the error: the last one that is not empty.
  private static func complaint(in messages: String) -> String {
    let lines = messages.split(whereSeparator: \.isNewline).map {
      PrintableText.flattened(String($0))
    }
    return lines.last { !$0.isEmpty } ?? "gnuplot gave no reason"
  }

  static func write(_ data: Data, to url: URL) throws(RenderError) {
    do {
      try AtomicFile.write(data, to: url)
    } catch TensorFileError.cannotWrite(_, let step, let reason) {
      throw .unwritable(file: url.path, problem: "\(step): \(reason); check the free space")
    } catch {
      throw .unwritable(file: url.path, problem: "\(error)")
    }
  }
}

/// Errors of drawing a figure.
public enum RenderError: PrintableError, Equatable {
  /// No folder of `PATH` has gnuplot.
  case gnuplotMissing
  /// gnuplot ended with an error.
  case failed(script: String, status: Int, message: String)
  /// gnuplot succeeded, but the picture is absent, empty or truncated.
  case noPicture(script: String, format: PictureFormat)
  /// gnuplot succeeded but wrote no text.
  case noLetters(script: String)
  /// A file cannot be written.
  case unwritable(file: String, problem: String)

  public var message: String {
    switch self {
    case .gnuplotMissing:
      "gnuplot is not installed; on Debian and Ubuntu: apt-get install gnuplot-nox"
    case .failed(let script, let status, let message):
      "gnuplot \(script) ended with status \(status): \(message)"
    case .noPicture(let script, let format):
      "gnuplot \(script) left no whole \(format.rawValue) picture; is the disk full?"
    case .noLetters(let script):
      "gnuplot \(script) drew nothing in letters; was it written by an older version? draw it again "
        + "with ./pipeline.sh plot"
    case .unwritable(let file, let problem):
      "\(file) cannot be written: \(PrintableText.flattened(problem))"
    }
  }
}
