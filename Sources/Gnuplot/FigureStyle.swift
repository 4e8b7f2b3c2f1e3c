/// The common style of all figures.
package enum FigureStyle {
  /// Size of the text: gnuplot's `pngcairo` uses points of 1/72 inch at 96 pixels per inch, its
  /// `svg` pixels. Both give 16 pixels, and 19 for titles.
  static let fontPoints = 12
  static let fontPixels = 16
  static let titlePoints = 14
  package static let titlePixels = 19
  /// The approximate width of a character.
  package static let characterPixels = 8.5

  static let settings = """
    set border 3 linewidth 1 linecolor rgb '#404040'
    # Letters in the terminal's own colour, whatever its background.
    if (letters) { set border 3 linetype -1 }
    set tics nomirror out scale 0.6
    set grid linetype 1 linewidth 1 linecolor rgb '#e4e4e4'
    set style fill solid 1 noborder
    unset colorbox

    """
}
