/// A figure: one or more panels and the data that they show.
///
/// A figure is written as a script `NAME.gp` and data `NAME.csv` (`script`, `dataText`), from which
/// gnuplot draws the pictures `NAME.png` and `NAME.svg` (`Renderer`).
public struct Figure: Sendable {
  /// Stem of the file names.
  public var name: String
  public var title: String
  /// A note on what is shown and left out, below the title.
  public var note: String?
  /// Pixels.
  public var width: Int
  /// Pixels.
  public var height: Int
  /// Panels in a row.
  public var panelsAcross: Int
  /// The relative heights of the rows; equal if nil.
  public var rowFractions: [Double]?
  public var panels: [Panel]
  public var data: FigureData
  /// The grid laid out for a narrow screen, at most one element; `narrow` lays out other figures.
  var narrowGrid: [Figure] = []
  /// Whether the figure is laid out for a narrow screen.
  var isNarrow = false

  /// - Precondition: `name` consists of letters, digits and hyphens; there is at least one panel.
  public init(
    name: String, title: String, note: String? = nil, width: Int = 960, height: Int = 640,
    panelsAcross: Int = 1, rowFractions: [Double]? = nil, panels: [Panel], data: FigureData
  ) {
    precondition(
      !name.isEmpty && name.utf8.allSatisfy { Self.nameBytes.contains($0) },
      "a figure's name is made of letters, digits and hyphens, found '\(name)'")
    precondition(!panels.isEmpty, "figure '\(name)' has no panel")
    let rows = (panels.count + panelsAcross - 1) / panelsAcross
    precondition(
      rowFractions.map { $0.count == rows } ?? true,
      "figure '\(name)' has \(rows) rows of panels and \(rowFractions?.count ?? 0) fractions")
    self.name = name
    self.title = title
    self.note = note
    self.width = width
    self.height = height
    self.panelsAcross = panelsAcross
    self.rowFractions = rowFractions
    self.panels = panels
    self.data = data
  }

  private static let nameBytes = Set("abcdefghijklmnopqrstuvwxyz0123456789-".utf8)
}

/// One pair of axes with its series.
public struct Panel: Sendable {
  /// The position of the legend: always outside the axes, so that it does not cover lines.
  public enum Legend: Sendable { case none, below, right }

  /// A text centred at a position in the axes.
  public struct Caption: Sendable {
    public var text: String
    public var x: Double
    public var y: Double

    public init(_ text: String, x: Double, y: Double) {
      (self.text, self.x, self.y) = (text, x, y)
    }
  }

  /// The position of a panel's axes, in pixels of the picture, if its scale must be exact or there
  /// are texts next to it.
  public struct Frame: Sendable {
    public var left: Int
    public var top: Int
    public var width: Int
    public var height: Int
    /// Whether the axes are drawn.
    public var hasBorder: Bool

    public init(left: Int, top: Int, width: Int, height: Int, hasBorder: Bool = false) {
      (self.left, self.top, self.width, self.height) = (left, top, width, height)
      self.hasBorder = hasBorder
    }
  }

  /// Lines of text outside the axes, one below another, in pixels of the picture from the top left.
  /// They are left out if a figure is drawn in characters.
  public struct TextColumn: Sendable {
    public var lines: [String]
    public var left: Int
    /// The middle of the first line.
    public var top: Int

    /// Pixels from one line to the next.
    public static let pitch = 22

    public init(lines: [String], left: Int, top: Int) {
      (self.lines, self.left, self.top) = (lines, left, top)
    }
  }

  /// Whether colours are proportional to the value or to its square root, which separates small
  /// values better.
  public enum Shading: Sendable { case linear, root }

  /// The title of the panel; nil if that of the figure suffices.
  public var title: String?
  public var horizontal: Axis
  public var vertical: Axis
  public var series: [Series]
  public var legend: Legend
  public var captions: [Caption]
  public var texts: [TextColumn]
  /// Label of the colour scale; nil if colours do not show a quantity.
  public var colorScale: String?
  public var shading: Shading
  public var frame: Frame?

  public init(
    title: String? = nil, horizontal: Axis, vertical: Axis, series: [Series],
    legend: Legend = .below, captions: [Caption] = [],
    texts: [TextColumn] = [], colorScale: String? = nil, shading: Shading = .linear,
    frame: Frame? = nil
  ) {
    self.title = title
    self.horizontal = horizontal
    self.vertical = vertical
    self.series = series
    self.legend = legend
    self.captions = captions
    self.texts = texts
    self.colorScale = colorScale
    self.shading = shading
    self.frame = frame
  }
}

/// One axis: its quantity, its unit and its ticks.
public struct Axis: Sendable {
  public enum Scale: Sendable { case linear, logarithmic }

  public enum Ticks: Sendable {
    case none
    /// Chosen by gnuplot.
    case automatic
    /// At multiples of a step.
    case every(Double)
    /// At 0, 1, 2, …, with these names.
    case named([String])
    /// With these names at these places.
    case placed([(position: Double, name: String)])
  }

  /// The quantity, with its unit in brackets. Empty if the names of the ticks suffice.
  public var label: String
  public var scale: Scale
  public var lowest: Double?
  public var highest: Double?
  public var ticks: Ticks
  /// Whether the smallest value is at the top, or at the right.
  public var reversed: Bool

  public init(
    _ label: String, scale: Scale = .linear, from lowest: Double? = nil, to highest: Double? = nil,
    ticks: Ticks = .automatic, reversed: Bool = false
  ) {
    self.label = label
    self.scale = scale
    self.lowest = lowest
    self.highest = highest
    self.ticks = ticks
    self.reversed = reversed
  }
}
