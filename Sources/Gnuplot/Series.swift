import TensorFiles

/// One series of a panel: the columns of its data, its mark and its colour.
public struct Series: Sendable {
  public enum Mark: Sendable {
    /// A line through the points (x, y), with the shape at every `shapeEvery`-th of them.
    case line(x: String, y: String, shape: PointShape = .disc, shapeEvery: Int = 1)
    /// The area between the line through (x, y) and zero.
    case area(x: String, y: String)
    /// The area between the lines through (x, low) and (x, high), translucent.
    case band(x: String, low: String, high: String)
    /// Points without a line.
    case points(x: String, y: String, shape: PointShape = .disc)
    /// A point at (x, y) with a bar from `low` to `high`.
    case errorBars(x: String, y: String, low: String, high: String)
    /// A level of height y around each x, joined to its neighbours by steps.
    case levels(x: String, y: String)
    /// Bars of this height at 0, 1, 2, …, shifted by `offset`; `width` 1 leaves no gap.
    case bars(height: String, offset: Double = 0, width: Double = 0.8)
    /// The values of bars, above them.
    case barLabels(height: String)
    /// Rectangles from left to right and from `bottom`, or zero, to `top`. A veil is translucent.
    case boxes(
      left: String, right: String, bottom: String? = nil, top: String, isVeil: Bool = false)
    /// A whole number above the point (x, y) or centred on it.
    case numbers(x: String, y: String, number: String, isAbove: Bool = true)
    /// A dashed line at this height.
    case level(Double)
    /// The dashed line of equal x and y.
    case identity
    /// Cells around whole numbers (x, y), coloured by a value from 0 to 100.
    case cells(x: String, y: String, percent: String)
    /// Cells around whole numbers (x, y) whose value, from 0 to 100, is not zero, coloured by the
    /// value.
    case sparseCells(x: String, y: String, percent: String)
    /// A point at each (x, y) whose value is not zero.
    case spots(x: String, y: String, where: String)
    /// A whole number at (x, y), in a packed colour.
    case counts(x: String, y: String, count: String, ink: String)
    /// The data is an image.
    case image
  }

  /// Name in the legend; nil if the series needs none.
  public var title: String?
  public var mark: Mark
  public var color: Color

  public init(_ title: String? = nil, _ mark: Mark, color: Color = Palette.black) {
    self.title = title
    self.mark = mark
    self.color = color
  }
}

/// Shapes that distinguish lines without colour. Raw values are gnuplot's point types.
public enum PointShape: Int, Sendable, CaseIterable {
  case disc = 7
  case square = 5
  case triangle = 9
  case diamond = 13
  case invertedTriangle = 11
  case circle = 6
  case openSquare = 4
  case openTriangle = 8
  case openDiamond = 12
  case cross = 2
}

/// The numbers behind a figure.
public enum FigureData: Sendable {
  case table(DataTable)
  /// Packed colours, `[row][column]`, the top row first.
  case image([[Int]])
}

/// Named columns of equal length.
public struct DataTable: Sendable {
  public enum Values: Sendable {
    /// nil is an empty cell, and a value that is not finite is `NaN`; neither is drawn.
    case numbers([Double?])
    case integers([Int])
    case texts([String])

    var count: Int {
      switch self {
      case .numbers(let values): values.count
      case .integers(let values): values.count
      case .texts(let values): values.count
      }
    }

    func cell(_ row: Int) -> String {
      switch self {
      case .numbers(let values):
        values[row].map { $0.isFinite ? "\($0)" : "NaN" } ?? ""
      case .integers(let values): "\(values[row])"
      case .texts(let values): PrintableText.flattened(values[row])
      }
    }
  }

  public private(set) var columns: [(name: String, values: Values)] = []

  public init() {}

  public init(_ columns: KeyValuePairs<String, Values>) {
    for (name, values) in columns { add(name, values) }
  }

  /// Adds a column.
  ///
  /// - Precondition: no column has that name yet, and all columns have the same length.
  public mutating func add(_ name: String, _ values: Values) {
    precondition(!columns.contains { $0.name == name }, "two columns are called '\(name)'")
    if let first = columns.first {
      precondition(
        values.count == first.values.count,
        "column '\(name)' has \(values.count) values, '\(first.name)' has \(first.values.count)")
    }
    columns.append((name, values))
  }

  /// The number of the column `name`, counted from 1 as in gnuplot.
  ///
  /// - Precondition: there is such a column.
  public func number(of name: String) -> Int {
    guard let index = columns.firstIndex(where: { $0.name == name }) else {
      preconditionFailure("no column '\(name)' among \(columns.map(\.name))")
    }
    return index + 1
  }

  /// Header and rows.
  var rows: [[String]] {
    let count = columns.first?.values.count ?? 0
    return [columns.map { PrintableText.flattened($0.name) }]
      + (0..<count).map { row in columns.map { $0.values.cell(row) } }
  }
}
