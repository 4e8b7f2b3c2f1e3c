import Foundation
import TensorFiles

/// Prints `text` and records it as the output of the cell at `line`.
public func show(_ text: String, line: Int = #line) {
  Console.printLine(text)
  CellRecord.shared.append(kind: .text, body: .text(text), line: line)
}

/// Prints a table and records it as the output of the cell at `line`.
public func show(table: Table, line: Int = #line) {
  for row in table.renderedLines(width: Console.width) { Console.printLine(row) }
  CellRecord.shared.append(kind: .table, body: .table(table), line: line)
}

/// Records a figure among the outputs as the output of the cell at `line`.
///
/// - Parameter file: The figure's file name, relative to the output folder.
public func show(figure file: String, caption: String, line: Int = #line) {
  Console.printLine("figure: \(file)  \(caption)")
  CellRecord.shared.append(
    kind: .figure, body: .figure(file: file, caption: caption), line: line)
}

/// Places the figure `name` at the cell of `line`. A later stage draws it from an output of this
/// stage; until then, the report says that it is missing.
///
/// - Parameters:
///   - name: The figure's name, without an extension.
///   - output: The output of this stage, by its name in the graph.
public func show(figure name: String, drawnFrom output: String, line: Int = #line) {
  Console.printLine("figure: \(name), drawn from \(output) by a later stage")
  CellRecord.shared.append(
    kind: .drawing, body: .drawing(name: name, output: output), line: line)
}

/// A number with a fixed number of decimals; an en dash for nil and NaN.
public func decimals(_ value: Double?, _ count: Int) -> String {
  guard let value, !value.isNaN else { return "–" }
  return String(format: "%.\(count)f", value)
}

/// A table of strings: a header and rows of the same width.
public struct Table: Sendable, Equatable, Encodable {
  public var header: [String]
  public var rows: [[String]]

  /// - Precondition: every row has as many cells as the header.
  public init(header: [String], rows: [[String]]) {
    for row in rows {
      precondition(
        row.count == header.count, "a row of \(row.count) cells under a header of \(header.count)")
    }
    self.header = header
    self.rows = rows
  }

  /// The table with at most `limit` rows: of a longer table the first and the last rows, and
  /// between them a row with the number of rows left out.
  public func shortened(to limit: Int = 60) -> Table {
    guard rows.count > limit, limit >= 3 else { return self }
    let (first, last) = (limit - 1 - (limit - 1) / 4, (limit - 1) / 4)
    let gap = header.indices.map { $0 == 0 ? "… \(rows.count - first - last) more" : "…" }
    return Table(header: header, rows: rows.prefix(first) + [gap] + rows.suffix(last))
  }

  /// The table as lines, with numbers aligned to the right and other cells to the left.
  ///
  /// - Parameter width: The available width. A wider table is split into several, one below
  ///   another, each of which begins with the first column. If nil, the table is not split.
  public func renderedLines(width: Int? = nil) -> [String] {
    let table = Table(
      header: header.map(Self.printable), rows: rows.map { $0.map(Self.printable) })
    return table.renderedPrintableLines(width: width)
  }

  private static func printable(_ cell: String) -> String {
    PrintableText.escaped(cell, limit: .max)
  }

  private func renderedPrintableLines(width: Int?) -> [String] {
    let widths = header.indices.map { column in
      ([header] + rows).map { $0[column].count }.max() ?? 0
    }
    return blocks(of: widths, within: width ?? .max).flatMap { lines(columns: $0, widths: widths) }
  }

  /// The columns of each part of a table that is split to fit `width`.
  private func blocks(of widths: [Int], within width: Int) -> [[Int]] {
    var blocks: [[Int]] = [[]]
    var used = 0
    for column in header.indices {
      if blocks[blocks.count - 1].count > 1 && used + 2 + widths[column] > width {
        blocks.append([0])
        used = 2 + widths[0]
      }
      blocks[blocks.count - 1].append(column)
      used += 2 + widths[column]
    }
    return blocks
  }

  private func lines(columns: [Int], widths: [Int]) -> [String] {
    let numeric = header.indices.map { column in
      rows.allSatisfy { row in row[column].first.map { $0.isNumber || "+-–.".contains($0) } ?? true
      }
    }
    func line(_ cells: [String]) -> String {
      let padded = columns.map { column in
        let space = String(repeating: " ", count: widths[column] - cells[column].count)
        return numeric[column] ? space + cells[column] : cells[column] + space
      }
      return ("  " + padded.joined(separator: "  ")).trimmingTrailingSpaces()
    }
    return [line(header)] + rows.map(line)
  }
}

extension String {
  fileprivate func trimmingTrailingSpaces() -> String {
    var copy = self
    while copy.hasSuffix(" ") { copy.removeLast() }
    return copy
  }
}
