import TensorFiles

/// Rows of cells as aligned lines.
struct TextTable {
  var rows: [[String]] = []
  /// Columns that are right-aligned.
  var rightAligned: Set<Int> = []
  var indent = "  "

  /// The lines, none wider than `width`; nil for no limit. Columns that do not fit are left out,
  /// and a mark states their number.
  func lines(width: Int? = nil) -> [String] {
    let widths = widths
    let shown = columnCount(width: width)
    let hidden = widths.count - shown
    let mark = hidden > 0 ? "  … \(NumberText.count(hidden, "more column"))" : ""
    return rows.enumerated().map { index, row in
      let cells = row.prefix(shown).enumerated().map { column, cell in
        let space = String(repeating: " ", count: widths[column] - PrintableText.width(of: cell))
        return rightAligned.contains(column) ? space + cell : cell + space
      }
      let line = indent + cells.joined(separator: "  ")
      return Self.trimmed(index == 0 ? line + mark : line)
    }
  }

  /// The number of leading columns that `lines` shows.
  func columnCount(width: Int?) -> Int {
    width.map { Self.fitting(widths, width: $0 - indent.count) } ?? widths.count
  }

  private var widths: [Int] {
    (0..<(rows.map(\.count).max() ?? 0)).map { column in
      rows.map { column < $0.count ? PrintableText.width(of: $0[column]) : 0 }.max() ?? 0
    }
  }

  /// The number of leading columns that fit together with the mark; at least one.
  private static func fitting(_ widths: [Int], width: Int) -> Int {
    let total = widths.reduce(0) { $0 + $1 + 2 } - 2
    guard total > width else { return widths.count }
    var (used, count) = ("  … 100 more columns".count, 0)
    for next in widths where used + next + 2 <= width {
      used += next + 2
      count += 1
    }
    return max(count, 1)
  }

  private static func trimmed(_ line: String) -> String {
    var line = line
    while line.hasSuffix(" ") { line.removeLast() }
    return line
  }
}

extension Double {
  /// The number as a figure.
  var shown: String { NumberText.figure(self) }
}
