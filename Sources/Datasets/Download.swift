import Foundation
import Pickles
import TensorFiles

/// Fetches an archive over the network, once.
///
/// The archive gets its own name in the folder once it is complete and correct: the official one has
/// its digest, and any other can be read. Until then it is `NAME.part`, and a broken
/// download resumes from there, in this run or a later one. Wrong data, such as a page
/// that a server sends instead of the file, are not kept. The bytes come through a pipe from `curl`, so no
/// more than the limit is ever stored.
///
/// If a file has several addresses, one that refuses, breaks off, gives less than 200 kB/s over 20
/// seconds, or sends other bytes, is abandoned for the next, which resumes at the same byte. When all have
/// been tried, the fastest of them is used, however slow. The digest decides whether the file is the right one.
public struct Download: Sendable {
  let addresses: [WebAddress]
  let expected: Expected?
  let file: URL
  let part: URL
  let validatorFile: URL
  let delays: [Duration]
  let shortPatience: Transfer.Patience

  /// What is known about a file before it is downloaded.
  public struct Expected: Sendable {
    let size: Int
    /// SHA-256 in lowercase hexadecimal digits.
    let digest: String

    public init(size: Int, digest: String) {
      self.size = size
      self.digest = digest
    }
  }

  /// The largest file downloaded from an unknown address, in bytes.
  static let longestFile = 2_000_000_000

  /// An official archive, kept in `folder` under its own name.
  ///
  /// - Parameter addresses: Addresses of copies; those of the table if nil.
  public static func official(
    _ archive: OfficialArchive, from addresses: [WebAddress]? = nil, into folder: URL
  ) throws -> Download {
    Download(
      from: try addresses ?? archive.addresses.map { try WebAddress($0) }, into: folder,
      called: archive.fileName,
      expected: Expected(size: archive.size, digest: archive.digest))
  }

  /// The archive at an address, kept in `folder`: under the last part of the address if the expected
  /// digest is known, otherwise under a name that is unique to the address.
  ///
  /// - Parameter delays: The pauses between tries that yield no bytes; after the last, the download
  ///   fails.
  public init(
    from address: WebAddress, into folder: URL, expected: Expected? = nil,
    delays: [Duration] = standardDelays
  ) {
    let name =
      expected == nil
      ? "\(ContentDigest.sha256Hex(Data(address.text.utf8)).prefix(12))-\(address.fileName)"
      : address.fileName
    self.init(from: [address], into: folder, called: name, expected: expected, delays: delays)
  }

  /// One archive with several addresses, in the order in which they are tried.
  ///
  /// - Parameters:
  ///   - name: The file's name in `folder`.
  ///   - leastRate: Bytes per second; an address that gives fewer over `seconds` is abandoned for the next.
  /// - Precondition: At least one address; with several, the expected digest is known.
  public init(
    from addresses: [WebAddress], into folder: URL, called name: String, expected: Expected?,
    delays: [Duration] = standardDelays, leastRate: Int = 200_000, seconds: Int = 20
  ) {
    precondition(
      addresses.count == 1 || addresses.count > 1 && expected != nil,
      "\(addresses.count) addresses of an unknown file")
    self.addresses = addresses
    self.expected = expected
    self.delays = delays
    shortPatience = Transfer.Patience(
      leastRate: leastRate, seconds: seconds, secondsToConnect: 10)
    file = folder.appendingPathComponent(name)
    part = folder.appendingPathComponent(name + ".part")
    validatorFile = folder.appendingPathComponent(name + ".part.validator")
  }

  public static let standardDelays: [Duration] = [1, 2, 4, 8].map { .seconds($0) }

  /// Downloads the file, unless it exists already.
  ///
  /// - Returns: The URL of the file.
  public func run(report: (Event) -> Void) throws -> URL {
    try run(reading: { _ in }, report: report)
    return file
  }

  /// Downloads the file, unless it exists already, and reads it.
  ///
  /// - Parameter read: Reads the file. If it throws an `ArchiveError` or a
  ///   `CIFARError` caused by the bytes, the file is not kept: one from an earlier run is
  ///   downloaded again, a new one is discarded.
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
    let content: Content
    do {
      content = try fetched(into: partial, reading: read, report: report)
    } catch {
      if partial.length == 0 { try? FileManager.default.removeItem(at: part) }
      throw error
    }
    try partial.synchronize()
    try FileManager.default.moveItem(at: part, to: file)
    try? FileManager.default.removeItem(at: validatorFile)
    return content
  }

  /// Downloads the file from one address after another until it is correct, and reads it.
  private func fetched<Content>(
    into partial: PartialFile, reading read: (URL) throws -> Content, report: (Event) -> Void
  ) throws -> Content {
    var queue = AddressQueue(addresses)
    var problem: (any Error)?
    while let (index, isKept) = queue.next() {
      let transfers = TransferSeries(
        download: self, address: addresses[index], isKept: isKept, partial: partial)
      do {
        return try transfers.content(reading: read, report: report) { rate in
          queue.note(index, bytesPerSecond: rate)
        }
      } catch let error as DownloadError where error.concernsTheAddress {
        problem = error
        if error.isFinal { queue.exclude(index) }
        if queue.hasMore {
          report(.leaving(address: addresses[index].text, problem: error.reason))
        }
      }
    }
    throw problem ?? DownloadError.failed(address: addresses[0].text, problem: "", kept: 0)
  }

  /// The content of a file from an earlier run; nil if it is no longer correct.
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

  /// Whether the bytes are at fault; a missing program, for example, is not a
  /// fault of the file.
  static func liesInTheBytes(_ error: any Error) -> Bool {
    if case .unreadable? = error as? ArchiveError { return false }
    return error is ArchiveError || error is CIFARError || error is PickleError
  }

  func isAsExpected(_ url: URL) throws -> Bool {
    guard let expected else { return true }
    let size = try ArchiveFile.attributes(of: url)[.size] as? Int
    return try size == expected.size && ArchiveFile(url).digest == expected.digest
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
