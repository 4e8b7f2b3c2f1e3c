import Foundation

/// A temporary folder for a test, which is removed with the object.
public final class TemporaryFolder {
  public let url: URL

  public init() throws {
    url = FileManager.default.temporaryDirectory
      .appendingPathComponent("tessera-test-\(UInt64.random(in: .min ... .max))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
  }

  deinit { try? FileManager.default.removeItem(at: url) }

  public func file(_ name: String) -> URL { url.appendingPathComponent(name) }

  /// Writes a file and returns its URL.
  public func file(_ name: String, holding bytes: [UInt8]) throws -> URL {
    try Data(bytes).write(to: file(name))
    return file(name)
  }

  /// All names in the folder, including hidden ones.
  public func contents() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: url.path).sorted()
  }
}
