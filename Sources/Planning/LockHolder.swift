import Foundation

/// A command that holds a lock of the project, and the stage that it is running.
///
///     data/.lock                     shared by runs; exclusive for `gc --yes`, `rm` and `accept`
///     data/locks/runs/RUN            held by the command that writes the folders of a run
///     data/locks/results/STAGE-KEY   exclusive to make a result, shared to read it
///     data/locks/sweeps/SWEEP        held by the command that runs or submits a sweep
///     data/locks/stages/STAGE        held by a stage that runs one at a time
///     data/locks/index               held while the list of runs is written
///
/// Whether a lock is held is read from the kernel's table: acquiring it, even briefly, could
/// make another command wait or fail. That table lists only processes of this machine. About another
/// machine, only the holder's line in the file is known, and a killed holder could not
/// remove it.
public struct LockHolder: Sendable, Equatable {
  /// The holder's own line:
  /// `process 81 on box: run quickstart, stage train, process 92, work data/work/train/KEY`.
  public let text: String
  /// The stage's process; nil between two stages.
  public let stageProcess: Int?
  /// The folder of the running stage's state, as a path in the project; nil between two stages.
  public let workFolder: String?
  /// The holder's machine, if it is another one, so that the holder may have ended.
  public let otherMachine: String?

  /// The holders of all locks of the project, one per command.
  public static func all(in project: Project) -> [LockHolder] {
    let locked = lockedFiles
    let machine = MachineName.current
    var holders: [LockHolder] = []
    for path in paths(in: project) {
      guard let stamp = FileStamp(ofFile: project.url(path).path),
        let data = head(of: project.url(path))
      else { continue }
      let isHere = locked.contains(stamp.inode)
      let holder = LockHolder(text: String(decoding: data, as: UTF8.self), isHere: isHere)
      guard !holder.text.isEmpty, isHere || holder.isElsewhere(than: machine) else { continue }
      holders.append(holder)
    }
    // Omits the run's own entry while one of its stages is listed.
    let commands = Set(holders.filter { $0.workFolder != nil }.compactMap(\.command))
    return holders.filter { $0.workFolder != nil || !commands.contains($0.text) }
  }

  /// The running stages, keyed by the folder of their state.
  public static func stages(in project: Project) -> [String: LockHolder] {
    let stages = all(in: project).compactMap { holder in holder.workFolder.map { ($0, holder) } }
    return Dictionary(stages) { first, _ in first }
  }

  /// - Parameter isHere: Whether the kernel of this machine knows the lock as held.
  init(text: String, isHere: Bool) {
    self.text = text.trimmingCharacters(in: .whitespacesAndNewlines)
    let found = self.text.firstMatch(
      of: /stage [a-z0-9-]+, process (\d+), work (data\/work\/[a-z0-9-]+\/[0-9a-f]+)/)
    stageProcess = found.flatMap { Int($0.1) }
    workFolder = found.map { String($0.2) }
    let machine = self.text.prefixMatch(of: /process \d+ on (\S+):/).map { String($0.1) }
    otherMachine = isHere ? nil : machine
  }

  private func isElsewhere(than machine: String) -> Bool {
    otherMachine.map { $0 != machine } ?? false
  }

  /// The run that the command works on, or nil.
  public var runName: String? {
    text.firstMatch(of: /: (?:sweep \S+: )?run ([A-Za-z0-9._-]+)(?:,|$)/).map { String($0.1) }
  }

  /// The text before the stage: `process 81 on box: run quickstart`.
  private var command: String? {
    text.firstRange(of: ", stage ").map { String(text[..<$0.lowerBound]) }
  }

  /// The holder on one line, with the progress of its stage.
  public func line(in project: Project) -> String {
    ([text] + [progress(in: project)].compactMap { $0 }
      + (otherMachine.map { ["as \($0) wrote; whether it still runs can be seen there alone"] }
        ?? []))
      .joined(separator: ", ")
  }

  /// Where it runs: `process 92`, with a note if that is on another machine.
  public var place: String {
    let process = stageProcess.map { "process \($0)" } ?? ""
    return process + (otherMachine.map { " on \($0), as it wrote" } ?? "")
  }

  /// The progress of the running stage, from the last line of its log with a count: `epoch 3 of 10`.
  public func progress(in project: Project) -> String? {
    guard let workFolder else { return nil }
    return Self.progress(
      inLog: project.url(workFolder).appendingPathComponent(LogFilter.fileName))
  }

  static func progress(inLog log: URL) -> String? {
    guard FileStamp(ofFile: log.path) != nil,
      let handle = try? FileHandle(forReadingFrom: log)
    else { return nil }
    defer { try? handle.close() }
    let end = (try? handle.seekToEnd()) ?? 0
    try? handle.seek(toOffset: end > 65536 ? end - 65536 : 0)
    let text = String(decoding: (try? handle.readToEnd()) ?? Data(), as: UTF8.self)
    for line in text.split(separator: "\n").reversed() {
      if let found = line.prefixMatch(of: /([a-z]+) (\d+)\/(\d+)\b/) {
        return "\(found.1) \(found.2) of \(found.3)"
      }
    }
    return nil
  }
}

// MARK: - Where locks are

extension LockHolder {
  /// The folder of all locks except the project's, as a path in the project.
  static let folder = "data/locks"
  /// Its subfolders, which have one file per lock.
  static let kinds = ["sweeps", "runs", "results", "stages"]

  private static func paths(in project: Project) -> [String] {
    let files = kinds.flatMap { kind in
      let path = "\(folder)/\(kind)"
      return project.entries(of: path).map { "\(path)/\($0)" }
    }
    return ["data/.lock"] + files
  }

  /// The inodes of the files that some process of this machine has locked exclusively.
  private static var lockedFiles: Set<UInt64> {
    guard let table = FileManager.default.contents(atPath: "/proc/locks") else { return [] }
    var inodes: Set<UInt64> = []
    for line in String(decoding: table, as: UTF8.self).split(separator: "\n") {
      // 1: FLOCK  ADVISORY  WRITE 81 fd:01:1234 0 EOF
      let words = line.split(separator: " ")
      guard words.contains("WRITE") else { continue }
      for word in words {
        let parts = word.split(separator: ":")
        if parts.count == 3, let inode = UInt64(parts[2]) { inodes.insert(inode) }
      }
    }
    return inodes
  }

  /// The first bytes of a file: a holder's line is shorter.
  private static func head(of file: URL) -> Data? {
    guard let handle = try? FileHandle(forReadingFrom: file) else { return nil }
    defer { try? handle.close() }
    return try? handle.read(upToCount: 400)
  }
}

/// This machine's host name, as shells report it.
enum MachineName {
  static var current: String {
    var buffer = [CChar](repeating: 0, count: 256)
    guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
    return String(decoding: buffer.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
  }
}
