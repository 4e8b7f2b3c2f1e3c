import Foundation
import TensorFiles

/// One call of `curl`: the bytes of an address, resumed at the end of a partial file.
struct Transfer {
  let address: WebAddress
  /// The largest size of the file in bytes.
  let limit: Int
  /// When the connection counts as broken.
  var patience = Patience.long

  /// How slow a connection may be, and for how long.
  struct Patience {
    /// Minimum rate in bytes per second, measured over `seconds`.
    let leastRate: Int
    let seconds: Int
    let secondsToConnect: Int

    /// For the only address, and for the best of several.
    static let long = Patience(leastRate: 1_000, seconds: 30, secondsToConnect: 20)
  }

  enum Outcome: Equatable {
    case complete
    /// The server can't resume, or its file has changed since the download began.
    case cannotResume
    /// An error that a retry may solve.
    case broken(String)
    /// The file would be longer than the limit.
    case tooLong
    /// An error that a retry won't solve.
    case refused(String)
  }

  /// Appends the received bytes to `partial`.
  ///
  /// - Parameter validatorFile: Stores the server's identifier of this version of the file. With it, a
  ///   server with another version answers with that whole file, and `curl` stops. Nil
  ///   if a digest distinguishes the versions and the bytes come from several servers.
  func run(
    into partial: PartialFile, validatorFile: URL?, report: (Download.Event) -> Void
  ) throws -> Outcome {
    let headers = FileManager.default.temporaryDirectory
      .appendingPathComponent("tessera-headers-\(UUID().uuidString)")
    defer { try? FileManager.default.removeItem(at: headers) }
    let start = partial.length
    let validator = validatorFile.flatMap { try? String(contentsOf: $0, encoding: .utf8) }
    let curl = try ProgramOutput(
      "curl", arguments(from: start, validator: validator, headers: headers))

    let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 18, alignment: 16)
    defer { buffer.deallocate() }
    var total: Int?
    while true {
      let count = try curl.read(into: buffer)
      guard count > 0 else { break }
      if partial.length == start {
        let answer = HTTPHeaders(file: headers)
        // The server's length is used for progress only, and only if it is plausible.
        total = answer.contentLength.flatMap { (0...limit).contains($0) ? start + $0 : nil }
        if start == 0, let validatorFile { try keep(answer.validator, in: validatorFile) }
      }
      guard partial.length + count <= limit else {
        curl.stop()
        return .tooLong
      }
      try partial.append(UnsafeRawBufferPointer(rebasing: buffer[..<count]))
      report(.progress(done: partial.length, total: total))
    }
    let (status, messages) = curl.finish()
    return outcome(status: status, messages: messages, start: start)
  }

  private func arguments(from start: Int, validator: String?, headers: URL) -> [String] {
    var arguments = [
      // The user's own curl options could change what is downloaded and where to.
      "--disable", "--silent", "--show-error", "--fail", "--globoff", "--location",
      // A redirection could lead plain http off this machine.
      "--max-redirs", address.isLoopback ? "0" : "5",
      "--connect-timeout", String(patience.secondsToConnect),
      "--proto", address.isLoopback ? "=http" : "=https", "--proto-redir", "=https",
      "--speed-limit", String(patience.leastRate), "--speed-time", String(patience.seconds),
      "--dump-header", headers.path, "--write-out", "%{stderr}\n%{http_code}",
    ]
    if address.isLoopback { arguments += ["--noproxy", "*"] }
    if start > 0 {
      arguments += ["--continue-at", String(start)]
      if let validator { arguments += ["--header", "If-Range: \(validator)"] }
    }
    return arguments + ["--url", address.text]
  }

  private func keep(_ validator: String?, in file: URL) throws {
    guard let validator else {
      try? FileManager.default.removeItem(at: file)
      return
    }
    try AtomicFile.write(Data(validator.utf8), to: file)
  }

  /// Source: curl's manual page, "Exit codes".
  private func outcome(status: Int32, messages: String, start: Int) -> Outcome {
    let lines = messages.split(whereSeparator: \.isNewline).map(String.init)
    let httpStatus = lines.last.flatMap { Int($0) } ?? 0
    let problem = lines.first { $0.hasPrefix("curl:") } ?? "curl ended with status \(status)"
    switch status {
    // 416: the file there is no longer than what we have, which curl treats as success.
    // 33: the answer is the whole file.
    case 0 where start > 0 && httpStatus == 416, 22 where start > 0 && httpStatus == 416, 33:
      return .cannotResume
    case 0: return .complete
    case 22:
      let mayPass = httpStatus == 408 || httpStatus == 429 || httpStatus >= 500
      return mayPass ? .broken(problem) : .refused(problem)
    // No name, no connection, cut, timed out, TLS broke off, empty answer, send or receive failed.
    case 6, 7, 16, 18, 28, 35, 52, 55, 56, 92: return .broken(problem)
    default: return .refused(problem)
    }
  }
}

/// A server's headers for a file, as `curl --dump-header` writes them.
struct HTTPHeaders {
  /// Number of bytes to come.
  private(set) var contentLength: Int?
  /// The identifier of this version of the file: its strong entity tag, or its modification time.
  private(set) var validator: String?

  /// Reads the last answer in the file: redirections have one each.
  init(file: URL) {
    let text = (try? String(contentsOf: file, encoding: .isoLatin1)) ?? ""
    let answer =
      text.replacingOccurrences(of: "\r\n", with: "\n")
      .components(separatedBy: "\n\n").last { !$0.isEmpty } ?? ""
    var changed: String?
    for line in answer.split(separator: "\n").dropFirst() {
      guard let colon = line.firstIndex(of: ":") else { continue }
      let value = line[line.index(after: colon)...].trimmingCharacters(in: .whitespaces)
      switch line[..<colon].lowercased() {
      case "content-length": contentLength = Int(value)
      case "etag": if value.hasPrefix("\"") { validator = value }
      case "last-modified": changed = value
      default: break
      }
    }
    validator = validator ?? changed
  }
}
