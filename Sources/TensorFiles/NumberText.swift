import CheckedNumbers
import Foundation

/// Formats numbers for readers: counts with a noun, decimal numbers, durations, times and sizes.
public enum NumberText {
  /// `7,000`: digits in groups of three.
  public static func grouped(_ value: Int) -> String {
    var digits = String(value.magnitude)
    var groups: [Substring] = []
    while digits.count > 3 {
      groups.insert(digits.suffix(3), at: 0)
      digits = String(digits.dropLast(3))
    }
    groups.insert(digits[...], at: 0)
    return (value < 0 ? "-" : "") + groups.joined(separator: ",")
  }

  /// `1 epoch`, `10 epochs`.
  ///
  /// - Parameters:
  ///   - many: The plural, if it is not the singular with an `s`.
  ///   - isGrouped: Whether digits are written in groups: `7,000 images`.
  public static func count(
    _ count: some BinaryInteger, _ one: String, _ many: String? = nil,
    grouped isGrouped: Bool = false
  ) -> String {
    "\(isGrouped ? grouped(Int(clamping: count)) : String(count)) \(count == 1 ? one : many ?? one + "s")"
  }

  /// Whole numbers below 10⁹ in full, others with at most `digits` significant digits: `0.049966`,
  /// `4.06e-8`.
  public static func figure(_ value: Double, digits: Int = 5) -> String {
    if value == value.rounded(), value.magnitude < 1e9 { return String(Int(clamping: value)) }
    let text = String(format: "%.\(digits)g", value)
    // C writes exponents with at least two digits.
    return text.replacing(/e([+-])0*(?=[0-9])/) { $0.1 == "-" ? "e-" : "e" }
  }

  /// `0.4 s`, `49 s`, `2 min 30 s`, `1 h 5 min`.
  public static func duration(seconds: Double) -> String {
    if seconds < 9.95 { return String(format: "%.1f s", seconds) }
    let whole = Int(rounding: seconds)
    if whole < 120 { return "\(whole) s" }
    let (hours, minutes) = (whole / 3600, whole % 3600 / 60)
    return hours > 0 ? "\(hours) h \(minutes) min" : "\(minutes) min \(whole % 60) s"
  }

  /// Seconds as `m:ss`, or `h:mm:ss` from one hour.
  public static func clock(seconds: Double) -> String {
    let whole = Int(rounding: seconds)
    let (hours, minutes, rest) = (whole / 3600, whole / 60 % 60, whole % 60)
    func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
    return hours > 0 ? "\(hours):\(two(minutes)):\(two(rest))" : "\(minutes):\(two(rest))"
  }

  /// `1 byte`, `320 kB`, `1.25 MB`: three digits, with units in powers of 1000.
  public static func size(bytes: Int) -> String {
    guard bytes >= 1000 else { return count(bytes, "byte") }
    let units = ["kB", "MB", "GB", "TB"]
    var size = Double(bytes) / 1000
    var unit = 0
    while size >= 999.5, unit < units.count - 1 {
      size /= 1000
      unit += 1
    }
    let digits = size >= 99.5 ? 0 : size >= 9.95 ? 1 : 2
    return String(format: "%.\(digits)f ", size) + units[unit]
  }

  /// An ISO 8601 time as `2026-11-21 03:50:12` in the user's time zone. Any other text is returned
  /// unchanged.
  public static func localTime(ofISO8601 text: String) -> String {
    guard let date = try? Date(text, strategy: .iso8601) else { return text }
    let style = Date.ISO8601FormatStyle(dateTimeSeparator: .space, timeZone: .current)
    return date.formatted(style.year().month().day().time(includingFractionalSeconds: false))
  }
}
