import Digests
import Foundation
import TensorFiles

/// An archive on this machine, opened once.
struct ArchiveFile {
  private let handle: FileHandle
  private let name: String
  /// SHA-256 of the file, in hexadecimal.
  let digest: String

  /// - Parameter name: Its name in errors; its path if nil.
  init(_ url: URL, called name: String? = nil) throws {
    let name = name ?? url.relativePath
    self.name = name
    let attributes = try Self.attributes(of: url)
    guard attributes[.type] as? FileAttributeType == .typeRegular else {
      throw ArchiveError.notARegularFile(archive: name)
    }
    do {
      handle = try FileHandle(forReadingFrom: url)
      digest = try Self.digest(of: handle)
    } catch {
      throw ArchiveError.unreadable(archive: name, problem: "the file can't be read")
    }
  }

  /// The attributes of the file at a path, following links.
  static func attributes(of url: URL) throws -> [FileAttributeKey: Any] {
    let path = url.resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      throw ArchiveError.unreadable(archive: url.relativePath, problem: "no such file")
    }
    return attributes
  }

  /// Whether a path leads to a folder.
  static func isFolder(_ url: URL) throws -> Bool {
    try attributes(of: url)[.type] as? FileAttributeType == .typeDirectory
  }

  private static func digest(of handle: FileHandle) throws -> String {
    var hash = SHA256()
    while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
      hash.update(piece)
    }
    return hash.finalize().hexadecimal
  }

  /// The existing members with these names, and the names of other members.
  ///
  /// An archive may decompress to slightly more than twice the members' limits: other members are few
  /// and small in any archive of this data set.
  func contents(_ limits: [String: Int]) throws -> TarArchive.Contents {
    if let foreign = ForeignDataset(firstBytes: try firstBytes()) {
      throw ArchiveError.foreign(archive: name, found: foreign.name, repair: foreign.repair)
    }
    let limit = 2 * limits.values.reduce(0, +) + 1_000_000
    let content = try DecompressedFile(handle, named: name, limit: limit)
    return try TarArchive(content, named: name).contents(limits)
  }

  private func firstBytes() throws -> Data {
    do {
      try handle.seek(toOffset: 0)
      return try handle.read(upToCount: ForeignFormat.prefixLength) ?? Data()
    } catch {
      throw ArchiveError.unreadable(archive: name, problem: "the file can't be read")
    }
  }

  /// The first bytes of a regular file, enough to identify its format.
  static func firstBytes(of url: URL) throws -> Data {
    guard try attributes(of: url)[.type] as? FileAttributeType == .typeRegular else {
      throw ArchiveError.notARegularFile(archive: url.relativePath)
    }
    guard let handle = try? FileHandle(forReadingFrom: url),
      let bytes = try? handle.read(upToCount: ForeignFormat.prefixLength) ?? Data()
    else {
      throw ArchiveError.unreadable(archive: url.relativePath, problem: "the file can't be read")
    }
    return bytes
  }
}
