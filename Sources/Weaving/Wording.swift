import Foundation
import Records
import TensorFiles

/// Numbers, times and other values in the style of pages: as `NumberText`, but never broken between
/// a number and its unit.
enum Wording {
  /// `96.90 %`, the two kept on one line.
  static func percent(_ value: Double) -> String { String(format: "%.2f\u{A0}%%", value) }

  static func decimals(_ value: Double, _ count: Int) -> String {
    String(format: "%.\(count)f", value)
  }

  /// `0.4 s`, `2 min 30 s`, kept on one line.
  static func duration(_ seconds: Double) -> String {
    unbroken(NumberText.duration(seconds: seconds))
  }

  /// `1 byte`, `320 kB`, kept on one line.
  static func size(_ bytes: Int) -> String { unbroken(NumberText.size(bytes: bytes)) }

  private static func unbroken(_ text: String) -> String { text.replacing(" ", with: "\u{A0}") }

  /// The origin of data with this status.
  static func origin(of status: DataStatus) -> String {
    switch status {
    case .official: "the official archive, checked by its digest"
    case .generated: "drawn here from a seed"
    case .own: "pictures or arrays of the user's own"
    case .unverified: "unverified: not the official archive"
    }
  }

  /// The first digits of a digest or key.
  static func short(_ digest: String) -> String { String(digest.prefix(12)) }

  /// `a, b and c`.
  static func list(_ words: [String]) -> String {
    guard words.count > 1, let last = words.last else { return words.first ?? "" }
    return words.dropLast().joined(separator: ", ") + " and " + last
  }
}
