import Foundation
import Pickles
import TensorFiles

/// Fetches an archive over the network, once.
///
/// The archive stands in the folder under its own name when it is whole and right: the official one has
/// its digest, and from any other what is wanted can be read. Until then it is `NAME.part`, and a broken
/// download goes on from there, in this run or in a later one. What turns out wrong, such as the page
/// that a server sends in a file's place, is not kept. The bytes come through a pipe from `curl`, so no more than the limit is ever stored.
public struct Download: Sendable {
  let address: WebAddress
  let expected: Expected?
  let file: URL
  private let part: URL
  private let validatorFile: URL
  private let delays: [Duration]

  /// What is known of a file before it is fetched.
  public struct Expected: Sendable {
    let size: Int
    /// SHA-256 in lowercase hexadecimal digits.
    let digest: String

    public init(size: Int, digest: String) {
      self.size = size
      self.digest = digest
    }
  }

  /// The longest file that is fetched from an address of which nothing is known.
  static let longestFile = 2_000_000_000

  /// An official archive, kept in `folder`.
  public static func official(_ archive: OfficialArchive, into folder: URL) throws -> Download {
    try Download(
      from: WebAddress(archive.addresses[0]), into: folder,
      expected: Expected(size: archive.size, digest: archive.digest))
  }

  /// The archive at an address, kept in `folder`: under the address's own last part where it is known
  /// what the file has to be, else under a name that differs for every address.
  ///
  /// - Parameter delays: The pauses between tries that brought not one byte; after the last it is
  ///   given up.
  public init(
    from address: WebAddress, into folder: URL, expected: Expected? = nil,
    delays: [Duration] = [.seconds(1), .seconds(2), .seconds(4), .seconds(8)]
  ) {
    self.address = address
    self.expected = expected
    self.delays = delays
    let name =
      expected == nil
      ? "\(ContentDigest.sha256Hex(Data(address.text.utf8)).prefix(12))-\(address.fileName)"
      : address.fileName
    file = folder.appendingPathComponent(name)
    part = folder.appendingPathComponent(name + ".part")
    validatorFile = folder.appendingPathComponent(name + ".part.validator")
  }

  /// Fetches the file, unless it is there already.
  ///
  /// - Returns: Where it stands.
  public func run(report: (Event) -> Void) throws -> URL {
    try run(reading: { _ in }, report: report)
    return file
  }

  /// Fetches the file, unless it is there already, and reads it.
  ///
  /// - Parameter read: Makes of the file what is wanted of it. Where it throws an `ArchiveError` or a
  ///   `CIFARError` that lies in the bytes, the file is not kept: one that stood from an earlier run is
  ///   fetched again, a new one gets no name.
  /// - Returns: What `read` returns.
  @discardableResult
  public func run<Content>(
    reading read: (URL) throws -> Content, report: (Event) -> Void
  ) throws -> Content {
    if FileManager.default.fileExists(atPath: file.path) {
      if let content = try usable(file, reading: read, report: report) { return content }
      try FileManager.default.removeItem(at: file)
    }
    try makeFolder()
    let partial = try PartialFile(part)
    try fetch(into: partial, report: report)
    let content = try checked(part, reading: read)
    try partial.synchronize()
    try FileManager.default.moveItem(at: part, to: file)
    try? FileManager.default.removeItem(at: validatorFile)
    return content
  }

  /// What is read of a file from an earlier run; nil where it is no longer right.
  private func usable<Content>(
    _ file: URL, reading read: (URL) throws -> Content, report: (Event) -> Void
  ) throws -> Content? {
    guard try isAsExpected(file) else {
      report(.discarded)
      return nil
    }
    do {
      return try read(file)
    } catch  where Self.liesInTheBytes(error) {
      report(.unusable(file: file.lastPathComponent, problem: "\(error)"))
      return nil
    }
  }

  /// What is read of a file that has just come. Where it is wrong, it is gone.
  private func checked<Content>(
    _ part: URL, reading read: (URL) throws -> Content
  ) throws -> Content {
    guard try isAsExpected(part) else {
      let beginning = FileBeginning(of: part)
      try discard()
      throw DownloadError.wrongDigest(
        address: address.text, expected: expected?.digest ?? "", beginning: beginning.description)
    }
    do {
      return try read(part)
    } catch  where Self.liesInTheBytes(error) {
      let beginning = FileBeginning(of: part)
      try discard()
      throw DownloadError.unusable(problem: "\(error)", beginning: beginning.description)
    }
  }

  /// Whether another file could have been read; a program that is not installed, for example, is no
  /// fault of the file.
  private static func liesInTheBytes(_ error: any Error) -> Bool {
    if case .unreadable? = error as? ArchiveError { return false }
    return error is ArchiveError || error is CIFARError || error is PickleError
  }

  /// Tries until the file is whole, or until nothing more comes.
  private func fetch(into partial: PartialFile, report: (Event) -> Void) throws {
    var (fruitless, restarts) = (0, 0)
    while true {
      let start = partial.length
      if start > 0 {
        if start == expected?.size { return }
        report(.resumed(at: start))
      }
      let transfer = Transfer(address: address, limit: expected?.size ?? Self.longestFile)
      switch try transfer.run(into: partial, validatorFile: validatorFile, report: report) {
      case .complete:
        return
      case .cannotResume:
        restarts += 1
        guard restarts <= 3 else {
          let problem = "the connection breaks, and the server can't go on from there"
          throw DownloadError.failed(address: address.text, problem: problem, kept: 0)
        }
        report(.restarted)
        try partial.empty()
        try? FileManager.default.removeItem(at: validatorFile)
      case .broken(let problem):
        fruitless = partial.length > start ? 1 : fruitless + 1
        guard fruitless <= delays.count else {
          throw DownloadError.failed(
            address: address.text, problem: problem, kept: partial.length)
        }
        report(.retrying(problem: problem, after: delays[fruitless - 1]))
        Thread.sleep(forTimeInterval: delays[fruitless - 1] / .seconds(1))
      case .tooLong:
        let limit = expected?.size ?? Self.longestFile
        try discard()
        throw DownloadError.tooLong(address: address.text, limit: limit)
      case .refused(let problem):
        throw DownloadError.failed(address: address.text, problem: problem, kept: partial.length)
      }
    }
  }

  private func isAsExpected(_ url: URL) throws -> Bool {
    guard let expected else { return true }
    let size = try ArchiveFile.attributes(of: url)[.size] as? Int
    return try size == expected.size && ArchiveFile(url).digest == expected.digest
  }

  private func discard() throws {
    try FileManager.default.removeItem(at: part)
    try? FileManager.default.removeItem(at: validatorFile)
  }

  private func makeFolder() throws {
    let folder = file.deletingLastPathComponent()
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw DownloadError.unwritable(file: folder.relativePath, problem: "the folder can't be made")
    }
  }
}

/// What can go wrong with a download.
public enum DownloadError: PrintableError, Equatable {
  /// The file can't be written.
  case unwritable(file: String, problem: String)
  /// Another run is fetching the same file.
  case busy(file: String)
  /// No connection, or one that broke again and again, or an answer that is no file.
  case failed(address: String, problem: String, kept: Int)
  /// The server sends more than the file can have.
  case tooLong(address: String, limit: Int)
  /// The official address gave something other than the official archive.
  case wrongDigest(address: String, expected: String, beginning: String)
  /// An address gave something other than an archive of the data set. The problem names the address.
  case unusable(problem: String, beginning: String)

  public var message: String {
    switch self {
    case .unwritable(let file, let problem): "\(file): \(problem)"
    case .busy(let file): "\(file): another run is downloading it; wait for that one to end"
    case .failed(let address, let problem, let kept):
      "\(address): \(problem)"
        + (kept > 0 ? "; \(kept) bytes are kept, and the same command goes on from there" : "")
        + "; or get the archive elsewhere and set dataset.archive to its path"
    case .tooLong(let address, let limit):
      "\(address): sends more than \(limit) bytes; nothing is kept"
    case .wrongDigest(let address, let expected, let beginning):
      "\(address): not the official archive, whose SHA-256 is \(expected), but \(beginning); nothing is"
        + " kept; try again, or set dataset.archive to a copy"
    case .unusable(let problem, let beginning):
      "\(problem); what came is \(beginning); nothing is kept; check dataset.url, or set"
        + " dataset.archive to a copy"
    }
  }
}
