import Foundation
import TensorFiles

/// A reader of untrusted bytes, with the properties that must be true for all inputs.
///
/// It may reject its input with one printable line. It must never trap, hang or use
/// disproportionate memory, and values that it accepts must have the properties stated for the
/// reader, for example that they are equal after writing and reading them again.
public struct FuzzReader: Sendable {
  /// The name of the reader and of its corpus folder.
  public let name: String
  /// The largest size of an input in bytes: just enough to reach all code of the reader.
  public let longestInput: Int
  private let body: @Sendable (FuzzInput) throws -> Void

  init(_ name: String, longest: Int, _ body: @escaping @Sendable (FuzzInput) throws -> Void) {
    (self.name, longestInput, self.body) = (name, longest, body)
  }

  /// Runs the reader on `bytes`.
  ///
  /// - Parameter folder: The folder for the reader's files; it may contain those of an earlier
  ///   call.
  /// - Throws: `BrokenPromise`, or an error of the file system.
  public func read(_ bytes: [UInt8], in folder: URL) throws {
    try body(FuzzInput(bytes: bytes, folder: folder))
  }

  /// Every reader.
  public static let all: [FuzzReader] =
    tensorReaders + settingsReaders + sweepReaders + logReaders + archiveReaders + pythonReaders
    + pictureReaders
}

/// A property that must be true for all inputs is false for this one.
public struct BrokenPromise: Error, CustomStringConvertible {
  public let description: String
}

/// The bytes for a reader, and the folder for its files.
struct FuzzInput: Sendable {
  let bytes: [UInt8]
  let folder: URL

  /// The bytes as text, with invalid UTF-8 replaced.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// A file with the bytes.
  func file(_ name: String) throws -> URL { try file(name, holding: bytes) }

  /// A file with other bytes. An existing file is overwritten, which is faster than replacing it.
  func file(_ name: String, holding bytes: [UInt8]) throws -> URL {
    let url = folder.appendingPathComponent(name)
    let descriptor = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw POSIXError(.EIO) }
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw POSIXError(.EIO) }
    return url
  }
}

/// Throws `BrokenPromise` unless `condition` is true.
func promise(_ condition: Bool, _ statement: @autoclosure () -> String) throws {
  guard condition else { throw BrokenPromise(description: statement()) }
}

/// The value that a reader returns, or nil if it rejects its input.
///
/// - Throws: `BrokenPromise` if the error is not one printable line of reasonable length.
func accepted<Value>(_ read: () throws -> Value) throws -> Value? {
  do {
    return try read()
  } catch let error as BrokenPromise {
    throw error
  } catch {
    let message = "\(error)"
    try promise(
      PrintableText.isPrintable(message),
      "a refusal is not one printable line: \(PrintableText.escaped(message))")
    let length = message.utf8.count
    try promise(length <= 20_000, "a refusal of \(length) bytes: \(message.prefix(300))")
    return nil
  }
}
