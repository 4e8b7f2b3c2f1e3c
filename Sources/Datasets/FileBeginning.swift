import Foundation
import TensorFiles

/// Describes a file by its first bytes: an address that should give an archive often
/// gives an error page instead.
struct FileBeginning: CustomStringConvertible {
  /// "an HTML page (<!doctype html><title>…)", for example.
  let description: String

  /// The beginning of a file; an unreadable one counts as empty.
  init(of url: URL) {
    let file = try? FileHandle(forReadingFrom: url)
    let bytes = try? file?.read(upToCount: Self.mostBytes)
    self.init([UInt8](bytes ?? Data()))
  }

  /// - Parameter bytes: The first `mostBytes` bytes of a file, or all of a shorter one.
  init(_ bytes: [UInt8]) {
    guard !bytes.isEmpty else {
      description = "an empty file"
      return
    }
    if let form = Self.forms.first(where: { bytes.starts(with: $0.magic) }) {
      description = form.name
      return
    }
    guard let text = Self.text(bytes) else {
      let digits = bytes.prefix(8).map { byte in
        String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
      }
      description = "a file that begins with the bytes \(digits.joined(separator: " "))"
      return
    }
    let start = text.lowercased()
    let kind =
      if start.hasPrefix("<!doctype html") || start.hasPrefix("<html") {
        "an HTML page"
      } else if start.hasPrefix("<?xml") { "an XML file" } else { "a text" }
    description = "\(kind) (\(PrintableText.escaped(text, limit: 60)))"
  }

  private static let mostBytes = 512

  private static let forms: [(magic: [UInt8], name: String)] = [
    ([0x1F, 0x8B], "a gzip file"),
    ([0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00], "an xz file"),
    ([0x42, 0x5A, 0x68], "a bzip2 file"),
    ([0x28, 0xB5, 0x2F, 0xFD], "a zstd file"),
    ([0x50, 0x4B, 0x03, 0x04], "a zip file"),
    ([0x25, 0x50, 0x44, 0x46, 0x2D], "a PDF file"),
  ]

  /// The bytes as text on one line; nil if they are not text. An incomplete character at the end is dropped.
  private static func text(_ bytes: [UInt8]) -> String? {
    let whole = (0...min(3, bytes.count)).lazy.map { bytes.dropLast($0) }
      .compactMap { String(validating: $0, as: UTF8.self) }.first
    guard let whole, !whole.unicodeScalars.contains(where: { $0.value < 9 }) else { return nil }
    return whole.drop { $0 == "\u{FEFF}" }
      .split { $0.isWhitespace }.joined(separator: " ")
  }
}
