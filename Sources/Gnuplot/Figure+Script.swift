import Foundation
import Records
import TensorFiles

extension Figure {
  /// The data file's text: a header and rows, or the bare rows of an image.
  public var dataText: String {
    switch data {
    case .table(let table): CommaSeparatedValues.text(of: table.rows)
    case .image(let rows): CommaSeparatedValues.text(of: rows.lazy.map { $0.map(String.init) })
    }
  }

  /// An image's pixels, row by row, as bytes of red, green, blue and opacity; nil for a table. gnuplot
  /// takes five times as long to unpack the colours of the data file.
  var pixelBytes: Data? {
    guard case .image(let rows) = data else { return nil }
    let pixels = rows.flatMap { row in
      row.map { color in color < 0 ? 0 : (UInt32(color & 0xFF_FFFF) << 8 | 0xFF).bigEndian }
    }
    return pixels.withUnsafeBytes { Data($0) }
  }

  /// The work of drawing it, in about a hundredth of a second: a chart, or the pixels of an image.
  var drawingCost: Int { 1 + imageWidth * imageHeight / 10_000 }

  /// The gnuplot script's text.
  ///
  /// It reads its data from its own folder, wherever it is called from, and writes one picture for
  /// each format there. Variables on the command line (`gnuplot -e "formats='svg'" NAME.gp`) change
  /// this: `formats`, words among `png`, `svg` and `txt`; `output`, the pictures' path without
  /// extension; and for `txt`, a drawing in characters, `columns`, `lines` of a panel, and `ansi`,
  /// 1 for colours.
  /// `pixels` names a file with the bytes of an image, `pixelBytes`, which is read instead of the
  /// table.
  public var script: String {
    ([preamble, formatLoopStart, FigureStyle.settings] + plotting + [formatLoopEnd])
      .joined(separator: "\n") + "\n"
  }

  private var preamble: String {
    """
    # \(PrintableText.flattened(title))
    #
    # Draw it with   gnuplot \(name).gp   from any folder: the script reads \(name).csv beside itself
    # and writes \(name).png and \(name).svg there.
    # One format     gnuplot -e "formats='svg'" \(name).gp
    # Elsewhere      gnuplot -e "output='/tmp/figure'" \(name).gp
    # In letters     gnuplot -e "formats='txt'; columns=100" \(name).gp

    set encoding utf8
    set datafile separator comma
    if (!exists('formats')) formats = 'png svg'
    if (!exists('ARG0')) ARG0 = ''
    slash = 0
    do for [i = 1:strlen(ARG0)] { if (ARG0[i:i] eq '/') { slash = i } }
    folder = ARG0[1:slash]
    data = folder.'\(name).csv'
    if (!exists('output')) output = folder.'\(name)'
    if (!exists('columns')) columns = 80
    if (!exists('lines')) lines = 24
    if (!exists('ansi')) ansi = 0

    # Without its data the script stops here, before it overwrites a picture.
    stats data skip 1 using 1 nooutput
    if (!exists('STATS_records')) { print 'there is no '.data; exit status 1 }

    """
  }

  private var formatLoopStart: String {
    let size = "size \(width),\(height)"
    let (points, pixels) = (FigureStyle.fontPoints, FigureStyle.fontPixels)
    return """
      do for [format in formats] {
      letters = format eq 'txt'
      title_size = format eq 'png' ? \(FigureStyle.titlePoints) : \(FigureStyle.titlePixels)
      if (format eq 'png') {
        set terminal pngcairo noenhanced \(size) font 'sans-serif,\(points)' background '#ffffff'
      }
      if (format eq 'svg') {
        set terminal svg noenhanced \(size) font 'sans-serif,\(pixels)' background '#ffffff' \\
          standalone name '\(name.replacing("-", with: "_"))'
      }
      if (letters) {
        set terminal dumb noenhanced size columns,\(panels.count)*lines mono
        if (ansi) { set terminal dumb ansi }
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
    let ownTitle = titleLines.map(Text.quoted).joined(separator: ".\"\\n\".")
    guard panels.count > 1 else {
      return ["set title \(ownTitle) font ','.title_size"] + script(ofPanel: 0)
    }
    // Drawn in characters, panels are one below another.
    var lines = ["across = letters ? 1 : \(panelsAcross)"]
    if rowFractions == nil {
      lines += [
        "down = (\(panels.count) + across - 1) / across",
        "set multiplot layout down,across title \(ownTitle) font ','.title_size",
      ]
    } else {
      lines.append("set multiplot title \(ownTitle) font ','.title_size")
    }
    for index in panels.indices {
      lines += ["", "set title \(Text.quoted(panels[index].title ?? ""))"]
      lines += place(ofPanel: index) + script(ofPanel: index)
    }
    return lines + ["unset multiplot"]
  }

  /// The placement of a panel if rows have different heights.
  private func place(ofPanel index: Int) -> [String] {
    guard let rowFractions else { return [] }
    let room = 1 - Double((titleLines.count + 1) * FigureStyle.titlePixels) / Double(height)
    let row = index / panelsAcross
    let below = rowFractions[(row + 1)...].reduce(0, +)
    let width = 1 / Double(panelsAcross)
    let left = Double(index % panelsAcross) * width
    func place(_ number: Double) -> String { String(format: "%.4f", number) }
    return [
      "set origin \(place(left)),\(place(room * below))",
      "set size \(place(width)),\(place(room * rowFractions[row]))",
    ]
  }

  /// The settings of a panel and its plot command. Every panel sets the same variables, so that
  /// none inherits a setting from the previous one.
  private func script(ofPanel index: Int) -> [String] {
    let panel = panels[index]
    return legend(of: panel)
      + ["unset label"]
      + panel.captions.enumerated().map { index, caption in
        "set label \(index + 2) \(Text.quoted(caption.text)) at first \(caption.x),\(caption.y) center front"
      }
      + texts(of: panel)
      + margins(ofPanel: index)
      + panel.horizontal.script(
        "x", room: Double(panel.frame?.width ?? width / panelsAcross - (isNarrow ? 130 : 250)))
      + panel.vertical.script("y", room: .infinity)
      + ["if (letters) { unset grid }"]
      + colorScale(of: panel)
      + plotting(panel)
  }

  /// Characters have no shades: if colour shows a quantity, only the numbers are drawn.
  private func plotting(_ panel: Panel) -> [String] {
    if case .image = data {
      return [
        "if (exists('pixels')) {", plotCommand(panel.series, hasPixels: true), "} else {",
        plotCommand(panel.series), "}",
      ]
    }
    guard panel.colorScale != nil else { return [plotCommand(panel.series)] }
    let numbers = panel.series.compactMap { series -> Series? in
      switch series.mark {
      case .cells: nil
      case .sparseCells(let x, let y, let percent):
        Series(nil, .spots(x: x, y: y, where: percent))
      case .counts(let x, let y, let count, _):
        Series(series.title, .numbers(x: x, y: y, number: count, isAbove: false))
      default: series
      }
    }
    return [
      "if (letters) {", "unset colorbox", plotCommand(numbers), "} else {",
      plotCommand(panel.series), "}",
    ]
  }

  private func legend(of panel: Panel) -> [String] {
    switch panel.legend {
    case .none: return ["unset key"]
    case .right where !isNarrow:
      return ["set key outside right center vertical Left reverse samplen 2"]
    case .below, .right:
      // gnuplot reserves the width of the longest title for each, and overestimates it: for long
      // titles the reserved width is reduced.
      let longest = panel.series.compactMap { $0.title?.count }.max() ?? 0
      let place = "set key outside below center horizontal Left reverse"
      let excess = max(0, longest - 9) / 4
      // In an SVG, gnuplot can't measure characters and assumes that all are wide.
      return [
        place + " samplen 2 width (format eq 'svg' ? -\(excess + 3) : -\(excess)) height 1"
      ]
    }
  }

  /// The placement of the axes. Panels have the same margins, so that they are aligned and equally
  /// wide; a single panel is fitted by gnuplot.
  private func margins(ofPanel index: Int) -> [String] {
    if let frame = panels[index].frame {
      let bottom = height - frame.top - frame.height
      let place = [
        "set lmargin at screen \(frame.left)./\(width)",
        "set rmargin at screen \(frame.left + frame.width)./\(width)",
        "set bmargin at screen \(bottom)./\(height)",
        "set tmargin at screen \(bottom + frame.height)./\(height)",
      ]
      // A drawing in characters has no texts next to it, and gnuplot fits it best.
      return frame.hasBorder ? ["if (!letters) {"] + place + ["}"] : ["set border 0"] + place
    }
    // In units of a character's width.
    return panels.count > 1 ? ["set lmargin 10", "set rmargin 3"] : []
  }

  /// The texts outside the axes, numbered after the captions.
  private func texts(of panel: Panel) -> [String] {
    guard !panel.texts.isEmpty else { return [] }
    var labels: [String] = []
    for column in panel.texts {
      for (line, text) in column.lines.enumerated() {
        let y = height - column.top - line * Panel.TextColumn.pitch
        labels.append(
          "set label \(labels.count + panel.captions.count + 2) \(Text.quoted(text)) "
            + "at screen \(column.left)./\(width),\(y)./\(height) left front")
      }
    }
    return ["if (!letters) {"] + labels + ["}"]
  }

  private func colorScale(of panel: Panel) -> [String] {
    guard let label = panel.colorScale else { return ["unset colorbox"] }
    let stops: [(position: Int, fraction: Double)] =
      switch panel.shading {
      case .linear: [(0, 0), (1, 1)]
      case .root: (0...10).map { ($0 * $0, Double($0) / 10) }
      }
    let colors = stops.map { "\($0.position) '\(Palette.scale($0.fraction).webNotation)'" }
    return [
      "set palette defined (\(colors.joined(separator: ", ")))",
      "set cbrange [0:100]",
      "set cblabel \(Text.quoted(label))",
      // On a narrow screen the space is needed for the numbers.
      isNarrow ? "unset colorbox" : "set colorbox",
    ]
  }

  private func plotCommand(_ series: [Series], hasPixels: Bool = false) -> String {
    "plot "
      + series.map { plotElement($0, hasPixels: hasPixels) }.joined(separator: ", \\\n     ")
  }

  /// - Parameter hasPixels: Whether an image is read as bytes.
  private func plotElement(_ series: Series, hasPixels: Bool) -> String {
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
    case .band(let x, let low, let high):
      return using(number(x), number(low), number(high))
        + " with filledcurves fillstyle transparent solid 0.18 noborder \(color) \(title)"
    case .points(let x, let y, let shape):
      return using(number(x), number(y))
        + " with points \(color) pointtype \(shape.rawValue) pointsize 0.7 \(title)"
    case .errorBars(let x, let y, let low, let high):
      return using(number(x), number(y), number(low), number(high))
        + " with yerrorbars linewidth 2 \(color) pointtype \(PointShape.disc.rawValue)"
        + " pointsize 0.9 \(title)"
    case .levels(let x, let y):
      return using(number(x), number(y)) + " with histeps linewidth 2 \(color) \(title)"
    case .bars(let height, let offset, let width):
      return using("($0 + \(offset))", number(height), "(\(width))")
        + " with boxes fillstyle solid 1 noborder \(color) \(title)"
    case .barLabels(let height):
      return using("0", number(height), "(sprintf('%d', $\(number(height))))")
        + " with labels offset 0,0.6 \(title)"
    case .boxes(let left, let right, let bottom, let top, let isVeil):
      let (left, right, top) = (number(left), number(right), number(top))
      let border = isVeil ? series.color : Palette.white
      let fill =
        "\(isVeil ? "transparent pattern 4" : "solid 1") border rgb '\(border.webNotation)'"
      return using(
        "\(left)", "\(top)", "\(left)", "\(right)", bottom.map { number($0) } ?? "(0)", "\(top)")
        + " with boxxyerror fillstyle \(fill) \(color) \(title)"
    case .numbers(let x, let y, let value, let isAbove):
      return using(number(x), number(y), "(sprintf('%d', $\(number(value))))")
        + " with labels \(isAbove ? "offset 0,0.6 " : "")\(title)"
    case .level(let value):
      return "\(value) with lines dashtype 2 linewidth 1.5 \(color) \(title)"
    case .identity:
      return "x with lines dashtype 2 linewidth 1.5 \(color) \(title)"
    case .cells(let x, let y, let percent):
      return using(number(x), number(y), number(percent)) + " with image pixels \(title)"
    case .sparseCells(let x, let y, let percent):
      let places = "($\(number(percent)) > 0 ? $\(number(x)) : NaN)"
      return using(places, number(y), "(0.5)", "(0.5)", number(percent))
        + " with boxxyerror fillstyle solid 1 noborder linecolor palette \(title)"
    case .spots(let x, let y, let value):
      return using("($\(number(value)) > 0 ? $\(number(x)) : NaN)", number(y))
        + " with points pointtype 1 \(title)"
    case .counts(let x, let y, let count, let ink):
      return using(number(x), number(y), "(sprintf('%d', $\(number(count))))", number(ink))
        + " with labels textcolor rgb variable \(title)"
    case .image where hasPixels:
      return "pixels binary array=(\(imageWidth),\(imageHeight)) format='%uchar%uchar%uchar%uchar'"
        + " using 1:2:3:4 with rgbalpha \(title)"
    case .image:
      // Negative values are transparent and show the background.
      return
        "data matrix using 1:2:(int($3) / 65536):(int($3) / 256 % 256):(int($3) % 256)"
        + ":($3 < 0 ? 0 : 255)"
        + " with rgbalpha \(title)"
    }
  }

  private var imageRows: [[Int]] {
    guard case .image(let rows) = data else { return [] }
    return rows
  }
  private var imageWidth: Int { imageRows.first?.count ?? 0 }
  private var imageHeight: Int { imageRows.count }

  private func number(_ column: String) -> String {
    guard case .table(let table) = data else {
      preconditionFailure("figure '\(name)' has an image for data, and no column '\(column)'")
    }
    return "\(table.number(of: column))"
  }
}

extension Axis {
  /// The settings of this axis, `x` or `y`, with `room` pixels for the names of its ticks.
  fileprivate func script(_ axis: String, room: Double) -> [String] {
    let ends = [lowest, highest].map { end in end.map { "\($0)" } ?? "*" }
    let range = (reversed ? ends.reversed() : ends).joined(separator: ":")
    return [
      "set \(axis)label \(Text.quoted(label))",
      scale == .logarithmic ? "set logscale \(axis)" : "unset logscale \(axis)",
      "set \(axis)range [\(range)]",
      tickScript(axis, room: room),
      "set grid \(isGraded ? "" : "no")\(axis)tics",
    ]
  }

  /// Whether grid lines at the ticks help to read values.
  private var isGraded: Bool {
    switch ticks {
    case .automatic, .every: true
    case .none, .named, .placed: false
    }
  }

  private func tickScript(_ axis: String, room: Double) -> String {
    switch ticks {
    case .none: return "unset \(axis)tics"
    case .automatic: return "set \(axis)tics norotate autofreq format '%g'"
    case .every(let step): return "set \(axis)tics norotate \(step) format '%g'"
    case .named(let names):
      return list(names.enumerated().map { (Double($0.offset), $0.element) }, axis, room: room)
    case .placed(let places): return list(places.map { ($0.position, $0.name) }, axis, room: room)
    }
  }

  /// Names that would overlap along the x axis are rotated; in a drawing in characters, truncated.
  private func list(
    _ places: [(position: Double, name: String)], _ axis: String, room: Double
  ) -> String {
    let longest =
      places.map { PrintableText.width(of: Text.shortened(PrintableText.flattened($0.name))) }.max()
      ?? 0
    let wanted = Double(places.count * (longest + 1)) * FigureStyle.characterPixels
    func names(upTo length: Int) -> String {
      let entries = places.map { "\(Text.quotedTick($0.name, length: length)) \($0.position)" }
      return "(\(entries.joined(separator: ", ")))"
    }
    // Slanted text needs twice its height, vertical text only its height.
    let slope = room / Double(max(places.count, 1)) < 2 * Double(FigureStyle.fontPixels) ? 90 : 30
    let whole =
      "set \(axis)tics \(wanted > room ? "rotate by \(slope) right" : "norotate") "
      + names(upTo: Text.tickLength)
    guard axis == "x", !places.isEmpty else { return whole }
    let cut = names(upTo: max(3, min(Text.tickLength, 60 / places.count)))
    return "\(whole)\nif (letters) { set \(axis)tics norotate \(cut) }"
  }
}
