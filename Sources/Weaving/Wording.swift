import CheckedNumbers
import Foundation
import Records

/// Numbers and times as pages write them.
enum Wording {
  /// `7,000`.
  static func count(_ value: Int) -> String {
    let digits = String(value.magnitude)
    var groups: [Substring] = []
    var rest = digits[...]
    while rest.count > 3 {
      groups.insert(rest.suffix(3), at: 0)
      rest = rest.dropLast(3)
    }
    groups.insert(rest, at: 0)
    return (value < 0 ? "−" : "") + groups.joined(separator: ",")
  }

  /// `96.90 %`, the two kept on one line.
  static func percent(_ value: Double) -> String { String(format: "%.2f\u{A0}%%", value) }

  static func decimals(_ value: Double, _ count: Int) -> String {
    String(format: "%.\(count)f", value)
  }

  /// `0.4 s`, `49 s`, `2 min 30 s`, `1 h 5 min`.
  static func duration(_ seconds: Double) -> String {
    if seconds < 9.95 { return String(format: "%.1f\u{A0}s", seconds) }
    let whole = Int(rounding: seconds)
    if whole < 120 { return "\(whole)\u{A0}s" }
    let (hours, minutes) = (whole / 3600, whole % 3600 / 60)
    return hours > 0
      ? "\(hours)\u{A0}h \(minutes)\u{A0}min" : "\(minutes)\u{A0}min \(whole % 60)\u{A0}s"
  }

  /// `319.7 kB`.
  static func size(_ bytes: Int) -> String {
    if bytes < 1000 { return "\(bytes)\u{A0}bytes" }
    var (size, unit) = (Double(bytes) / 1000, 0)
    let units = ["kB", "MB", "GB", "TB"]
    while size >= 1000, unit < units.count - 1 {
      size /= 1000
      unit += 1
    }
    return String(format: "%.1f\u{A0}%@", size, units[unit])
  }

  /// Where data of this status come from.
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
