import Foundation
import TensorFiles

extension Figure {
  /// The width in pixels of a figure for a narrow screen. On the width of a phone, its text is
  /// about 12 pixels high; that of a figure of 960 pixels would be 6.
  static let narrowWidth = 480

  /// The figure for a narrow screen, with the name `NAME-narrow`, its panels one below another and
  /// its title on several lines. Nil if the figure is already narrow.
  public var narrow: Figure? {
    if let grid = narrowGrid.first { return grid }
    guard !isNarrow, case .table = data, panels.allSatisfy({ $0.frame == nil }) else { return nil }
    var copy = self
    copy.name += "-narrow"
    copy.isNarrow = true
    copy.width = Self.narrowWidth
    copy.panelsAcross = 1
    for index in copy.panels.indices {
      copy.panels[index].series.removeAll { isTooTight($0.mark) }
    }
    if panelsAcross > 1 { copy.rowFractions = nil }
    copy.height =
      panels.count == 1
      ? max(Self.leastPanel, min(height, Self.narrowWidth) + Self.legendHeight(of: panels[0]))
      : panels.count * Self.leastPanel
    return copy
  }

  private static let leastPanel = 360

  /// Whether numbers written into a figure would overlap on a narrow screen.
  private func isTooTight(_ mark: Series.Mark) -> Bool {
    guard case .table(let table) = data else { return false }
    let count = table.columns.first?.values.count ?? 0
    return switch mark {
    case .counts: count > 121
    case .barLabels, .numbers: count > 10
    default: false
    }
  }

  /// The height in pixels of a legend that is moved from the side to below the panel.
  private static func legendHeight(of panel: Panel) -> Int {
    guard panel.legend == .right else { return 0 }
    let widest = panel.series.compactMap { $0.title.map(PrintableText.width(of:)) }.max() ?? 0
    let across = max(1, narrowWidth / (60 + 9 * widest))
    return 22 * ((panel.series.count + across - 1) / across)
  }

  /// The figure with a separate grid for narrow screens.
  package func with(narrow: Figure) -> Figure {
    var copy = self
    copy.narrowGrid = [narrow]
    return copy
  }

  /// The lines of the title and the note: one each, or more in a narrow figure.
  var titleLines: [String] {
    let lines = [title] + [note].compactMap { $0 }
    guard isNarrow else { return lines }
    return lines.flatMap { Self.wrapped($0, at: max(width, Self.narrowWidth) / 11) }
  }

  /// `text` in lines of at most `limit` characters, broken at spaces.
  static func wrapped(_ text: String, at limit: Int) -> [String] {
    var lines: [String] = []
    for word in text.split(separator: " ").map(String.init) {
      let longer = lines.last.map { "\($0) \(word)" }
      if let longer, PrintableText.width(of: longer) <= limit {
        lines[lines.count - 1] = longer
      } else {
        lines.append(word)
      }
    }
    return lines.isEmpty ? [""] : lines
  }
}
