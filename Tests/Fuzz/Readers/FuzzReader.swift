import Foundation
import TensorFiles

/// A reader of bytes from outside, with what must hold of it for any bytes whatever.
///
/// It may refuse its input, in one printable line. It never traps, hangs or takes memory out of
/// proportion, and what it accepts keeps the promises that the reader's entry states, such as: written
/// again, it reads equal.
public struct FuzzReader: Sendable {
  /// Also the name of its corpus folder.
  public let name: String
  /// Bytes that an input may have: no more than it takes to reach all of the reader.
  public let longestInput: Int
  private let body: @Sendable (FuzzInput) throws -> Void

  init(_ name: String, longest: Int, _ body: @escaping @Sendable (FuzzInput) throws -> Void) {
    (self.name, longestInput, self.body) = (name, longest, body)
  }

  /// Gives the reader `bytes`.
  ///
  /// - Parameter folder: Receives the files that the reader wants; those of an earlier call may be
  ///   there.
  /// - Throws: `BrokenPromise`, or an error of the file system.
  public func read(_ bytes: [UInt8], in folder: URL) throws {
    try body(FuzzInput(bytes: bytes, folder: folder))
  }

  /// Every reader.
  public static let all: [FuzzReader] =
    tensorReaders + settingsReaders + sweepReaders + logReaders + archiveReaders + pythonReaders
    + pictureReaders
}

/// Something that must hold of every input and does not hold of this one.
public struct BrokenPromise: Error, CustomStringConvertible {
  public let description: String
}

/// The bytes for a reader, and where it may have files.
struct FuzzInput: Sendable {
  let bytes: [UInt8]
  let folder: URL

  /// The bytes as text; what is not UTF-8 is replaced.
  var text: String { String(decoding: bytes, as: UTF8.self) }

  /// A file that holds the bytes.
  func file(_ name: String) throws -> URL { try file(name, holding: bytes) }

  /// A file that holds other bytes. It is overwritten, not replaced: that is what takes the time.
  func file(_ name: String, holding bytes: [UInt8]) throws -> URL {
    let url = folder.appendingPathComponent(name)
    let descriptor = open(url.path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw POSIXError(.EIO) }
    defer { close(descriptor) }
    guard write(descriptor, bytes, bytes.count) == bytes.count else { throw POSIXError(.EIO) }
    return url
  }
}

/// Throws unless `condition` holds.
func promise(_ condition: Bool, _ statement: @autoclosure () -> String) throws {
  guard condition else { throw BrokenPromise(description: statement()) }
}

/// What a reader makes of its input, or nil where it refuses it.
///
/// - Throws: `BrokenPromise` where the refusal is not one printable line of reasonable length.
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
