import Crypto
import Foundation

/// An archive on this machine, opened once.
struct ArchiveFile {
  /// The official archive: CIFAR-10's binary version.
  static let officialAddress = "https://www.cs.toronto.edu/~kriz/cifar-10-binary.tar.gz"
  static let officialSize = 170_052_171
  static let officialDigest = "c4a38c50a1bc5f3a1c5537f2155ab9d68f9f25eb1ed8d9ddda3db29a59bca1dd"

  private let handle: FileHandle
  private let name: String
  /// SHA-256 of the file, in hexadecimal.
  let digest: String

  /// - Parameter name: What errors call it; its path where nil.
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

  /// The attributes of what a path leads to, links followed.
  static func attributes(of url: URL) throws -> [FileAttributeKey: Any] {
    let path = url.resolvingSymlinksInPath().path
    guard let attributes = try? FileManager.default.attributesOfItem(atPath: path) else {
      throw ArchiveError.unreadable(archive: url.relativePath, problem: "no such file")
    }
    return attributes
  }

  private static func digest(of handle: FileHandle) throws -> String {
    var hash = SHA256()
    while let piece = try handle.read(upToCount: 1 << 20), !piece.isEmpty {
      hash.update(data: piece)
    }
    return hash.finalize().map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }.joined()
  }

  /// The members of these names, as far as they are there.
  ///
  /// An archive may decompress to five times what the members may have, and a little: other members
  /// are few and small in any archive of this data set.
  func members(_ limits: [String: Int]) throws -> [String: [UInt8]] {
    let limit = 5 * limits.values.reduce(0, +) + 1_000_000
    let content = try DecompressedFile(handle, named: name, limit: limit)
    return try TarArchive(content, named: name).members(limits)
  }
}
