import Foundation

/// Converts paths, which may contain any bytes, to text, which is UTF-8.
///
/// A byte that is not part of a UTF-8 character is represented by one of 256 private scalars, from
/// U+10F800, so that a path can be converted to strings and URLs and back. Code that opens files
/// uses the bytes; `PrintableText` shows such a scalar as `\xE9`.
public enum PathText {
  /// The command line of this process, the program's name first. Swift's `CommandLine.arguments`
  /// has replacement characters for bytes that are not UTF-8.
  public static var commandLine: [String] {
    (0..<Int(CommandLine.argc)).compactMap { index in
      CommandLine.unsafeArgv[index].map { word in
        text(of: UnsafeRawBufferPointer(start: word, count: strlen(word)))
      }
    }
  }

  /// The text that represents a path's bytes.
  public static func text(of bytes: some Sequence<UInt8>) -> String {
    let bytes = Array(bytes)
    if let text = String(validating: bytes, as: UTF8.self),
      !text.unicodeScalars.contains(where: isByte)
    {
      return text
    }
    var (text, rest) = ("", bytes[...])
    while let first = rest.first {
      // A character has one to four bytes. The private scalars are excluded, since their bytes
      // would be converted back to a single other byte.
      let character = (1...4).lazy.filter { $0 <= rest.count }
        .compactMap { String(validating: rest.prefix($0), as: UTF8.self) }.first
      if let character, !character.unicodeScalars.contains(where: isByte) {
        text += character
        rest = rest.dropFirst(character.utf8.count)
      } else {
        text.unicodeScalars.append(scalar(of: first))
        rest = rest.dropFirst()
      }
    }
    return text
  }

  /// The bytes that a path's text represents.
  public static func bytes(of text: String) -> [UInt8] {
    text.unicodeScalars.flatMap { scalar in
      byte(of: scalar).map { [$0] } ?? Array(String(scalar).utf8)
    }
  }

  /// A path as system calls expect it: its bytes and a terminating zero.
  public static func systemPath(_ path: String) -> [CChar] {
    bytes(of: path).map { CChar(bitPattern: $0) } + [0]
  }

  private static let first: UInt32 = 0x10F800

  /// The byte that a private scalar represents; nil for every other scalar.
  static func byte(of scalar: Unicode.Scalar) -> UInt8? {
    isByte(scalar) ? UInt8(scalar.value - first) : nil
  }

  private static func isByte(_ scalar: Unicode.Scalar) -> Bool {
    (first..<first + 256).contains(scalar.value)
  }

  private static func scalar(of byte: UInt8) -> Unicode.Scalar {
    // All code points of this range are scalars.
    Unicode.Scalar(first + UInt32(byte)) ?? "\u{FFFD}"
  }
}
