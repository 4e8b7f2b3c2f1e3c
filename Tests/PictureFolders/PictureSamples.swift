import Foundation
import Pictures
import TestSupport

/// A folder of small pictures.
struct SampleFolder {
  let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  var url: URL { folder.url }

  /// Writes a picture with a pattern determined by `number`.
  func picture(_ path: String, number: Int, width: Int = 40, height: Int = 30) throws {
    let bytes = (0..<3 * width * height).map {
      UInt8(truncatingIfNeeded: $0 / 3 * (number + 1) + number * 29)
    }
    try write(path, PNGFile.encode(PixelImage(width: width, height: height, bytes: bytes)))
  }

  func write(_ path: String, _ content: Data) throws {
    let file = url.appendingPathComponent(path)
    try FileManager.default.createDirectory(
      at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
    try content.write(to: file)
  }

  func write(_ path: String, _ text: String) throws { try write(path, Data(text.utf8)) }
}
