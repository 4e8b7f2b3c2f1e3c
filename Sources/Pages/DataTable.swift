/// A table of texts. Columns of numbers stand to the right, and a table that is wider than the page
/// scrolls in a box of its own.
public struct DataTable: Sendable {
  public var caption: String
  public var header: [String]
  public var rows: [[HTML]]
  /// Whether the first cell of a row names it.
  public var namesRows: Bool
  private let numeric: Set<Int>

  /// - Parameters:
  ///   - caption: What the table shows; read out where it is not drawn.
  ///   - rows: Cells as text. A shorter row is filled up with empty cells.
  public init(caption: String, header: [String], rows: [[String]], namesRows: Bool = false) {
    numeric = Set(header.indices.filter { Self.isNumeric(column: $0, of: rows) })
    self.caption = caption
    self.header = header
    self.rows = rows.map { $0.map(HTML.init(text:)) }
    self.namesRows = namesRows
  }

  /// - Parameter numeric: The columns that stand to the right.
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

  /// A column is one of numbers where every cell that says something begins like one.
  private static func isNumeric(column: Int, of rows: [[String]]) -> Bool {
    let cells = rows.compactMap { $0.indices.contains(column) ? $0[column] : nil }
    let filled = cells.filter { !$0.isEmpty && $0 != "–" }
    return !filled.isEmpty
      && filled.allSatisfy { cell in
        let first = cell.drop { "+-−±".contains($0) }.first
        return first?.isNumber == true && cell.count <= 24
      }
  }

  /// More columns than these do not fit on paper; a printed table is cut at the edge, and says so.
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

/// A box that scrolls sideways, so that the page never does. The keyboard reaches it.
public enum ScrollBox {
  public static func around(_ content: HTML, label: String) -> HTML {
    "<div class=\"scroll\" role=\"group\" tabindex=\"0\" aria-label=\"\(label)\">\n\(content)\n</div>"
  }
}
