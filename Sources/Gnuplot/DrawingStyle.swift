/// Adds to gnuplot's SVG: sharp pixels, and a dark background if the reader prefers one.
///
/// A chart is inverted and its hues are rotated back: lines that are distinct on white are then
/// distinct on black. A picture keeps its colours; only its background, text and axes change.
enum DrawingStyle {
  /// The drawing with the style; unchanged if gnuplot did not make it.
  static func applied(to svg: String) -> String {
    let canvas = "<g id=\"gnuplot_canvas\">"
    guard let place = svg.firstRange(of: canvas) else { return svg }
    let style = svg.contains("<image") ? picture : chart
    return svg[..<place.lowerBound] + "<style>\(style)</style>\n\n" + svg[place.lowerBound...]
  }

  private static let chart =
    "@media (prefers-color-scheme: dark) { "
    + "#gnuplot_canvas { filter: invert(.91) hue-rotate(180deg) } }"

  private static let picture =
    "image { image-rendering: pixelated } @media (prefers-color-scheme: dark) { "
    + "rect[fill=\"#ffffff\"] { fill: #171717 } "
    + "g[fill=\"black\"], g[fill=\"rgb(64,64,64)\"] { fill: #d9d8d3 } "
    + "[stroke=\"rgb( 64,  64,  64)\"] { stroke: #a3a8ae } }"
}
