import Foundation
import NumPyFiles
import TensorFiles

/// A file or a folder of arrays with names: a NumPy archive, a safetensors file, or a folder of `.npy`.
struct ArrayContainer {
  private enum Content {
    case archive(NumPyFile)
    case tensors(TensorFile)
    case folder(URL)
  }

  private let content: Content
  /// Its name in errors: its path.
  let path: String
  /// Names of its arrays, sorted.
  let names: [String]
  /// The class names in the file's metadata, a JSON array; nil if there are none.
  let statedClassNames: String?

  /// Opens a folder, or a file by its first bytes.
  ///
  /// - Throws: `ArrayDatasetError`, `NumPyError`, `ZipError`, `TensorFileError` or `ArchiveError`.
  init(_ url: URL) throws {
    path = url.relativePath
    if try ArchiveFile.isFolder(url) {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
      content = .folder(url)
      names = files.filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }.sorted()
      statedClassNames = nil
      return
    }
    let start = [UInt8](try ArchiveFile.firstBytes(of: url))
    if start.starts(with: [0x50, 0x4B]), ForeignFormat(firstBytes: start) != .pyTorchZip {
      let file = try NumPyFile(contentsOf: url)
      guard let arrays = file.names, !arrays.isEmpty else {
        throw ArrayDatasetError.foreign(
          file: path, found: "a zip archive without arrays",
          repair: "unpack it, and set dataset.archive to what is in it")
      }
      (content, names, statedClassNames) = (.archive(file), arrays.sorted(), nil)
      return
    }
    guard ForeignFormat(firstBytes: start) == .safetensors else {
      throw ArrayDatasetError(foreignFile: path, firstBytes: start)
    }
    let file = try TensorFile(contentsOf: url)
    content = .tensors(file)
    names = file.names.sorted()
    statedClassNames = file.metadata["class_names"]
  }

  /// The name of one of its arrays in errors.
  func place(of name: String) -> String {
    if case .folder = content { "\(path)/\(name).npy" } else { "\(path): \(name)" }
  }

  /// An array, with its elements.
  func array(_ name: String) throws -> NumPyArray {
    switch content {
    case .archive(let file): return try file.array(name)
    case .folder(let folder):
      return try NumPyFile(contentsOf: folder.appendingPathComponent(name + ".npy")).array()
    case .tensors(let file):
      let scalars = try file.scalarType(of: name)
      guard let type = Self.types[scalars] else {
        throw NumPyError.type(file: place(of: name), found: scalars.rawValue)
      }
      let shape = try file.shape(of: name)
      let count = try file.byteCount(of: name)
      guard MemoryProbe.hasRoom(for: count) else {
        throw NumPyError.noMemory(file: place(of: name), byteCount: count)
      }
      let bytes = try file.withUnsafeBytes(of: name) { Array($0) }
      guard let array = NumPyArray(type: type, shape: shape, bytes: bytes[...]) else {
        throw NumPyError.size(
          file: place(of: name), shape: shape, type: "\(type)", found: bytes.count)
      }
      return array
    }
  }

  /// The types of safetensors whose elements are integers.
  private static let types: [ScalarType: NumPyType] = Dictionary(
    uniqueKeysWithValues: [
      (ScalarType.bool, "|b1"), (.uint8, "|u1"), (.int8, "|i1"), (.uint16, "<u2"), (.int16, "<i2"),
      (.uint32, "<u4"), (.int32, "<i4"), (.uint64, "<u8"), (.int64, "<i8"),
    ].compactMap { scalars, descriptor in
      NumPyType(descriptor: descriptor).map { (scalars, $0) }
    })
}
