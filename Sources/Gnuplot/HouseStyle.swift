/// The common style of all figures.
package enum HouseStyle {
  /// Size of the letters: gnuplot's `pngcairo` counts points of 1/72 inch at 96 pixels an inch, its
  /// `svg` counts pixels. Both come out at 16 pixels, titles at 19.
  static let fontPoints = 12
  static let fontPixels = 16
  static let titlePoints = 14
  package static let titlePixels = 19
  /// About the width of a letter.
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
