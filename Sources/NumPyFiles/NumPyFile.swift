import Foundation
import TensorFiles

/// The arrays of a NumPy file: one in a `.npy`, several with names in a `.npz`.
///
/// The first bytes determine the kind of the file. An array is read only on request.
public struct NumPyFile {
  private enum Content {
    case array(MappedFile)
    case archive(ZipArchive)
  }

  private let content: Content
  /// The name of the file in errors: its path.
  private let name: String

  /// - Throws: `NumPyError` or `ZipError`.
  public init(contentsOf url: URL) throws {
    name = url.relativePath
    let mapping: MappedFile
    do {
      mapping = try MappedFile(path: url.path)
    } catch .notRegularFile {
      throw NumPyError.cannotRead(file: name, reason: "not a regular file")
    } catch .cannotRead(_, let reason) {
      throw NumPyError.cannotRead(file: name, reason: reason)
    }
    let isArchive = mapping.bytes.starts(with: [0x50, 0x4B])
    content = isArchive ? .archive(try ZipArchive(mapping, file: name)) : .array(mapping)
    // The header shows whether it is an array.
    if !isArchive { _ = try header(in: mapping) }
  }

  /// Names of the arrays of an archive, in its order; nil for a single array.
  public var names: [String]? {
    guard case .archive(let archive) = content else { return nil }
    return archive.names.filter { $0.hasSuffix(Self.suffix) }
      .map { String($0.dropLast(Self.suffix.count)) }
  }

  /// The header of an array, without its elements.
  ///
  /// - Parameter name: The name in an archive; nil for a single array.
  public func header(of name: String? = nil) throws -> NumPyHeader {
    switch content {
    case .array(let mapping): return try header(in: mapping)
    case .archive(let archive):
      let member = try member(name)
      let start = try archive.content(of: member, limit: NumPyHeader.longest) ?? []
      return try NumPyHeader(start[...], file: "\(self.name): \(member)")
    }
  }

  /// The array with a name.
  ///
  /// - Parameter name: The name in an archive; nil for a single array.
  /// - Throws: `NumPyError` or `ZipError`.
  public func array(_ name: String? = nil) throws -> NumPyArray {
    switch content {
    case .array(let mapping):
      guard MemoryProbe.hasRoom(for: mapping.bytes.count) else {
        throw NumPyError.noMemory(file: self.name, byteCount: mapping.bytes.count)
      }
      return try NumPyArray(npy: Array(mapping.bytes), file: self.name)
    case .archive(let archive):
      let member = try member(name)
      // Checks the header first, before memory for a large member is allocated.
      _ = try header(of: name)
      return try NumPyArray(
        npy: try archive.content(of: member) ?? [], file: "\(self.name): \(member)")
    }
  }

  private static let suffix = ".npy"

  private func header(in mapping: MappedFile) throws(NumPyError) -> NumPyHeader {
    let start = Array(mapping.bytes.prefix(NumPyHeader.longest))
    return try NumPyHeader(start[...], file: name)
  }

  private func member(_ name: String?) throws(NumPyError) -> String {
    guard let names, let name, names.contains(name) else {
      throw .noSuchArray(
        file: self.name, name: PrintableText.escaped(name ?? "", limit: 80), names: names ?? [])
    }
    return name + Self.suffix
  }
}
