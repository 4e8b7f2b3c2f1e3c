/// A table of texts. Columns of numbers are right-aligned, and a table that is wider than the page
/// scrolls in its own box.
public struct DataTable: Sendable {
  public var caption: String
  public var header: [String]
  public var rows: [[HTML]]
  /// Whether the first cell of a row names it.
  public var namesRows: Bool
  private let numeric: Set<Int>

  /// - Parameters:
  ///   - caption: A description of the table, read by screen readers.
  ///   - rows: Cells as text. Shorter rows are filled with empty cells.
  public init(caption: String, header: [String], rows: [[String]], namesRows: Bool = false) {
    numeric = Set(header.indices.filter { Self.isNumeric(column: $0, of: rows) })
    self.caption = caption
    self.header = header
    self.rows = rows.map { $0.map(HTML.init(text:)) }
    self.namesRows = namesRows
  }

  /// - Parameter numeric: The right-aligned columns.
  public init(
    caption: String, header: [String], rows: [[HTML]], numeric: Set<Int> = [],
    namesRows: Bool = false
  ) {
    self.caption = caption
    self.header = header
    self.rows = rows
    self.namesRows = namesRows
    self.numeric = numeric
  }

  /// Whether all cells of a column that are not empty begin like numbers.
  private static func isNumeric(column: Int, of rows: [[String]]) -> Bool {
    let cells = rows.compactMap { $0.indices.contains(column) ? $0[column] : nil }
    let filled = cells.filter { !$0.isEmpty && $0 != "–" }
    return !filled.isEmpty
      && filled.allSatisfy { cell in
        let first = cell.drop { "+-−±".contains($0) }.first
        return first?.isNumber == true && cell.count <= 24
      }
  }

  /// The largest number of columns that fit on paper; a wider table is cut off when printed, and
  /// says so.
  private static let columnsOfPaper = 14

  /// The table in its box.
  public var html: HTML {
    let head = header.indices.map { column -> HTML in
      "<th scope=\"col\"\(style(column))>\(header[column])</th>"
    }.joined(separator: "")
    let body = rows.map { row -> HTML in
      let cells = header.indices.map { column -> HTML in
        let cell = row.indices.contains(column) ? row[column] : HTML()
        return namesRows && column == 0
          ? "<th scope=\"row\">\(cell)</th>" : "<td\(style(column))>\(cell)</td>"
      }
      return "<tr>\(cells.joined(separator: ""))</tr>"
    }
    let columns = header.count
    let note: HTML =
      columns > Self.columnsOfPaper
      ? "<p class=\"on-paper muted\">Wider than paper: \(columns) columns.</p>\n" : ""
    return ScrollBox.around(
      """
      \(note)<table>
      <caption class="unseen">\(caption)</caption>
      <thead><tr>\(head)</tr></thead>
      <tbody>
      \(body.joined())
      </tbody>
      </table>
      """, label: caption)
  }

  private func style(_ column: Int) -> HTML {
    numeric.contains(column) ? " class=\"number\"" : HTML()
  }
}

/// A box that scrolls horizontally, so that the page does not. It can be scrolled by keyboard.
public enum ScrollBox {
  public static func around(_ content: HTML, label: String) -> HTML {
    "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"\(label)\">\n\(content)\n</div>"
  }
}
