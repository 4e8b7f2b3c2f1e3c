import Foundation

extension Figure {
  /// The data file's text: a header and rows, or the bare rows of an image.
  public var dataText: String {
    switch data {
    case .table(let table): CommaSeparatedValues.text(of: table.rows)
    case .image(let rows): CommaSeparatedValues.text(of: rows.lazy.map { $0.map(String.init) })
    }
  }

  /// The gnuplot script's text.
  ///
  /// It finds its data beside itself, wherever it is called from, and puts one picture a format there
  /// too. Two variables change that from the command line (`gnuplot -e "formats='svg'" NAME.gp`):
  /// `formats`, words among `png` and `svg`; and `output`, the pictures' path without extension.
  public var script: String {
    ([preamble, HouseStyle.settings, formatLoopStart] + plotting + [formatLoopEnd])
      .joined(separator: "\n") + "\n"
  }

  private var preamble: String {
    """
    # \(Text.flattened(title))
    #
    # Draw it with   gnuplot \(name).gp   from any folder: the script reads \(name).csv beside itself
    # and writes \(name).png and \(name).svg there.
    # One format     gnuplot -e "formats='svg'" \(name).gp
    # Elsewhere      gnuplot -e "output='/tmp/figure'" \(name).gp

    set encoding utf8
    set datafile separator comma
    if (!exists('formats')) formats = 'png svg'
    if (!exists('ARG0')) ARG0 = ''
    slash = 0
    do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
    folder = ARG0[1:slash]
    data = folder.'\(name).csv'
    if (!exists('output')) output = folder.'\(name)'

    """
  }

  private var formatLoopStart: String {
    let size = "size \(width),\(height)"
    let (points, pixels) = (HouseStyle.fontPoints, HouseStyle.fontPixels)
    return """
      do for [format in formats] {
      if (format eq 'png') {
        set terminal pngcairo noenhanced \(size) font 'sans-serif,\(points)' background '#ffffff'
      } else {
        set terminal svg noenhanced \(size) font 'sans-serif,\(pixels)' background '#ffffff' \\
          standalone name '\(name.replacing("-", with: "_"))'
      }
      set output output.'.'.format

      """
  }

  private var formatLoopEnd: String {
    """
    unset output
    }
    """
  }

  private var plotting: [String] {
    guard panels.count > 1 else {
      return ["set title \(Text.quoted(title)) font ',\(HouseStyle.titlePoints)'"]
        + script(of: panels[0])
    }
    let down = (panels.count + panelsAcross - 1) / panelsAcross
    let layout = "set multiplot layout \(down),\(panelsAcross)"
    return ["\(layout) title \(Text.quoted(title)) font ',\(HouseStyle.titlePoints)'"]
      + panels.flatMap { panel in
        ["", "set title \(Text.quoted(panel.title ?? ""))"] + script(of: panel)
      }
      + ["unset multiplot"]
  }

  /// The settings of a panel and its plot command. Whatever a panel sets, each panel sets, so that none
  /// inherits from its neighbour.
  private func script(of panel: Panel) -> [String] {
    legend(panel.legend)
      + level(panel.level)
      + frame(panel)
      + panel.horizontal.script("x")
      + panel.vertical.script("y")
      + colorScale(panel.colorScale)
      + [plotCommand(panel.series)]
  }

  private func legend(_ legend: Panel.Legend) -> [String] {
    switch legend {
    case .none: ["unset key"]
    case .above: ["set key outside above center horizontal Left reverse samplen 2"]
    case .right: ["set key outside right center vertical Left reverse samplen 2"]
    }
  }

  private func level(_ level: Panel.Level?) -> [String] {
    guard let level else { return ["unset arrow", "unset label"] }
    let place = "graph 1,first \(level.value)"
    return [
      "set arrow 1 from graph 0,first \(level.value) to \(place) nohead dashtype 2 "
        + "linecolor rgb '\(Palette.grey.webNotation)' linewidth 1.5",
      "set label 1 \(Text.quoted(level.label)) at \(place) offset 0.6,0 left",
    ]
  }

  private func frame(_ panel: Panel) -> [String] {
    guard let frame = panel.frame else {
      // Room for the label of the level, about one character's width a character.
      let right = panel.level.map { "set rmargin \($0.label.count + 2)" } ?? "set rmargin 3"
      return panel.legend == .right || panel.colorScale != nil ? ["unset rmargin"] : [right]
    }
    let bottom = height - frame.top - frame.height
    return [
      "set lmargin at screen \(frame.left)./\(width)",
      "set rmargin at screen \(frame.left + frame.width)./\(width)",
      "set bmargin at screen \(bottom)./\(height)",
      "set tmargin at screen \(bottom + frame.height)./\(height)",
    ]
  }

  private func colorScale(_ label: String?) -> [String] {
    guard let label else { return ["unset colorbox"] }
    let (start, end) = (Palette.scaleStart.webNotation, Palette.scaleEnd.webNotation)
    return [
      "set palette defined (0 '\(start)', 1 '\(end)')",
      "set cbrange [0:100]",
      "set cblabel \(Text.quoted(label))",
      "set colorbox",
    ]
  }

  private func plotCommand(_ series: [Series]) -> String {
    "plot " + series.map { plotElement($0) }.joined(separator: ", \\\n     ")
  }

  private func plotElement(_ series: Series) -> String {
    let color = "linecolor rgb '\(series.color.webNotation)'"
    let title = series.title.map { "title \(Text.quoted($0))" } ?? "notitle"
    func using(_ expressions: String...) -> String {
      "data skip 1 using " + expressions.joined(separator: ":")
    }
    switch series.mark {
    case .line(let x, let y, let shape, let every):
      return using(number(x), number(y))
        + " with linespoints linewidth 2 \(color) pointtype \(shape.rawValue) pointsize 0.7"
        + " pointinterval \(every) \(title)"
    case .area(let x, let y):
      return using(number(x), number(y))
        + " with filledcurves y=0 fillstyle transparent solid 0.3 noborder \(color) \(title)"
    case .bars(let height, let offset, let width):
      return using("($0 + \(offset))", number(height), "(\(width))")
        + " with boxes fillstyle solid 0.9 noborder \(color) \(title)"
    case .barLabels(let height):
      return using("0", number(height), "(sprintf('%d', $\(number(height))))")
        + " with labels offset 0,0.6 \(title)"
    case .cells(let x, let y, let percent):
      return using(number(x), number(y), number(percent)) + " with image pixels \(title)"
    case .counts(let x, let y, let count, let ink):
      return using(number(x), number(y), "(sprintf('%d', $\(number(count))))", number(ink))
        + " with labels textcolor rgb variable \(title)"
    case .image:
      return "data matrix using 1:2:(int($3) / 65536):(int($3) / 256 % 256):(int($3) % 256)"
        + " with rgbimage \(title)"
    }
  }

  private func number(_ column: String) -> String {
    guard case .table(let table) = data else {
      preconditionFailure("figure '\(name)' has an image for data, and no column '\(column)'")
    }
    return "\(table.number(of: column))"
  }
}

extension Axis {
  /// The settings of this axis, called `x` or `y`.
  fileprivate func script(_ axis: String) -> [String] {
    let range = "[\(lowest.map { "\($0)" } ?? "*"):\(highest.map { "\($0)" } ?? "*")]"
    return [
      "set \(axis)label \(Text.quoted(label))",
      scale == .logarithmic ? "set logscale \(axis)" : "unset logscale \(axis)",
      "set \(axis)range \(range) \(reversed ? "reverse" : "noreverse")",
      "set \(axis)tics \(tickScript(axis))",
    ]
  }

  private func tickScript(_ axis: String) -> String {
    let free = "norotate autofreq format '%g'"
    switch ticks {
    case .automatic: return free
    case .every(let step): return "norotate \(step) format '%g'"
    case .named(let names):
      return list(names.enumerated().map { (Double($0.offset), $0.element) }, axis)
    case .placed(let places): return list(places.map { ($0.position, $0.name) }, axis)
    }
  }

  /// Names that would run into each other along the x axis are set slanting.
  private func list(_ places: [(position: Double, name: String)], _ axis: String) -> String {
    let slanting = axis == "x" && places.contains { Text.flattened($0.name).count > 11 }
    let entries = places.map { "\(Text.quotedTick($0.name)) \($0.position)" }
    return (slanting ? "rotate by 30 right" : "norotate")
      + " (" + entries.joined(separator: ", ") + ")"
  }
}
