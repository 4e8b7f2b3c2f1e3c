import Foundation

/// The characters that the fonts of a machine can draw.
///
/// gnuplot's `pngcairo` draws a character that no font has as a box with its hexadecimal digits,
/// which is many times larger than the picture and covers it. Such characters are replaced before a
/// PNG is drawn; in an SVG, the viewer chooses the fonts.
struct FontCoverage: Sendable {
  /// Ascending, without overlaps.
  private let ranges: [ClosedRange<UInt32>]

  /// The replacement for a character that no font has.
  static let replacement: Unicode.Scalar = "\u{25A1}"

  /// Latin letters and the few symbols that figures use. DejaVu Sans has them, which is always
  /// installed with gnuplot's `pngcairo`.
  static let basic = FontCoverage(ranges: [
    0x20...0x24F, 0x2010...0x2015, 0x2018...0x201E, 0x2022...0x2022, 0x2026...0x2026,
    0x2190...0x2193, 0x2212...0x2212, 0x25A1...0x25A1,
  ])

  /// The characters of the fonts that fontconfig finds on this machine; `basic` if its `fc-list` is
  /// not installed.
  static let ofThisMachine: FontCoverage = {
    guard let text = listing() else { return basic }
    return FontCoverage(listing: text)
  }()

  private init(ranges: [ClosedRange<UInt32>]) {
    self.ranges = ranges
  }

  /// The fonts of a listing, with `basic`.
  ///
  /// - Parameter text: The output of `fc-list : charset`: one line for each font, with ranges such
  ///   as `20-7e`.
  init(listing text: String) {
    var all = Self.basic.ranges
    let words = text.split(whereSeparator: \.isNewline).flatMap { line in
      line.drop { $0 != "=" }.dropFirst().split(separator: " ")
    }
    for word in Set(words) {
      let ends = word.split(separator: "-").map { UInt32($0, radix: 16) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, first <= last else {
        continue
      }
      all.append(first...last)
    }
    var ranges: [ClosedRange<UInt32>] = []
    for range in all.sorted(by: { $0.lowerBound < $1.lowerBound }) {
      if let last = ranges.last, range.lowerBound <= last.upperBound {
        ranges[ranges.count - 1] = last.lowerBound...max(last.upperBound, range.upperBound)
      } else {
        ranges.append(range)
      }
    }
    self.ranges = ranges
  }

  func has(_ scalar: Unicode.Scalar) -> Bool {
    // Line breaks, and characters that are never drawn.
    if scalar.value < 0x20 || scalar.properties.isDefaultIgnorableCodePoint { return true }
    var (low, high) = (0, ranges.count)
    while low < high {
      let middle = (low + high) / 2
      if ranges[middle].upperBound < scalar.value { low = middle + 1 } else { high = middle }
    }
    return low < ranges.count && ranges[low].contains(scalar.value)
  }

  /// `text` with a hollow square for each character that no font has.
  func drawable(_ text: String) -> String {
    var result = String.UnicodeScalarView()
    for scalar in text.unicodeScalars { result.append(has(scalar) ? scalar : Self.replacement) }
    return String(result)
  }

  /// fontconfig's listing of its fonts; nil if it is not installed.
  private static func listing() -> String? {
    let folders = ProcessInfo.processInfo.environment["PATH"]?.split(separator: ":") ?? []
    guard
      let program = folders.map({ URL(fileURLWithPath: String($0)).appending(path: "fc-list") })
        .first(where: { FileManager.default.isExecutableFile(atPath: $0.path) })
    else { return nil }
    let process = Process()
    process.executableURL = program
    process.arguments = [":", "charset"]
    process.standardInput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    let output = Pipe()
    process.standardOutput = output
    guard (try? process.run()) != nil else { return nil }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return process.terminationStatus == 0 && !text.isEmpty ? text : nil
  }
}
