import Foundation

/// Small drawings in a page: bars and a line. They have no axes; the text next to them gives the
/// units.
public enum Chart {
  /// Bars from left to right; the highest one is as high as the drawing.
  ///
  /// - Parameters:
  ///   - counts: At least one value; none is negative.
  ///   - description: A description for screen readers.
  public static func bars(_ counts: [Int], description: String) -> HTML {
    precondition(!counts.isEmpty && counts.allSatisfy { $0 >= 0 }, "bars of \(counts.count) counts")
    let most = Double(max(counts.max() ?? 1, 1))
    let step = width / Double(counts.count)
    var path = ""
    for (index, count) in counts.enumerated() where count > 0 {
      // Every count above zero is visible.
      let size = text(max(height * Double(count) / most, 1))
      let side = text(step * 0.9)
      path += "M\(text(Double(index) * step)) 60v-\(size)h\(side)v\(size)z"
    }
    let bars: HTML = "<path class=\"bar\" d=\"\(HTML(trusted: path))\"/>"
    return drawing(bars + axis, description: description)
  }

  /// A line through the values from left to right.
  ///
  /// - Parameters:
  ///   - values: Values that are not finite leave a gap.
  ///   - scale: The values at the lower and the upper edge; values beyond are drawn at the edge. If
  ///     nil, it is the range of the values, and drawings can't be compared with each other.
  public static func line(
    _ values: [Double], over scale: ClosedRange<Double>? = nil, description: String
  ) -> HTML {
    let finite = values.filter(\.isFinite)
    guard let lowest = finite.min(), let highest = finite.max() else { return HTML() }
    let (least, most) = (scale?.lowerBound ?? lowest, scale?.upperBound ?? highest)
    let range = most > least ? most - least : 1
    let step = width / Double(max(values.count - 1, 1))
    var path = ""
    var isDrawing = false
    for (index, value) in values.enumerated() {
      guard value.isFinite else {
        isDrawing = false
        continue
      }
      let y = 2 + (height - 4) * (1 - (min(max(value, least), most) - least) / range)
      path += "\(isDrawing ? "L" : "M")\(text(Double(index) * step)) \(text(y))"
      isDrawing = true
    }
    let line: HTML = "<path class=\"line\" d=\"\(HTML(trusted: path))\"/>"
    return drawing(line + axis, description: description)
  }

  private static let width = 320.0
  private static let height = 60.0

  private static let axis: HTML = "<path class=\"axis\" d=\"M0 60H320\"/>"

  private static func drawing(_ content: HTML, description: String) -> HTML {
    """
    <svg class="chart" viewBox="0 0 320 61" role="img" aria-label="\(description)">\(content)</svg>
    """
  }

  private static func text(_ value: Double) -> String { String(format: "%.1f", value) }
}
