import Tensors

/// Pooling over windows of rows and columns, separately for each channel.
///
/// Shapes: x `[N, H, W, C]`, y `[N, rows.count, columns.count, C]`.
public struct Pooling: Sendable {
  let rows: PoolingAxis
  let columns: PoolingAxis
  /// Positions of the largest window.
  public let longestWindow: Int

  /// - Parameters:
  ///   - height: Rows of the input.
  ///   - width: Columns of the input.
  public init(rows: PoolingWindows, height: Int, columns: PoolingWindows, width: Int) {
    self.rows = PoolingAxis(rows, extent: height)
    self.columns = PoolingAxis(columns, extent: width)
    longestWindow = rows.longest * columns.longest
  }

  /// The window of an output pixel.
  @inline(__always)
  func window(row: Int, column: Int) -> PoolingWindow {
    PoolingWindow(
      rows: rows.windows[row], columns: columns.windows[column], inputWidth: columns.extent)
  }

  /// The windows that cover an input pixel.
  @inline(__always)
  func coveringWindows(row: Int, column: Int) -> CoveringWindows {
    CoveringWindows(
      row: row, column: column, rowWindows: rows.windows, columnWindows: columns.windows,
      outputWidth: columns.count, rows: rows.covering[row], columns: columns.covering[column])
  }
}

/// The windows along one axis, and for each position the windows that cover it. They are in
/// unmanaged memory, so that loops need no reference counting.
final class PoolingAxis: @unchecked Sendable {
  /// Positions from `first` to before `end`.
  struct Span {
    let first: Int32
    let end: Int32
  }

  /// Number of windows.
  let count: Int
  /// Number of input positions.
  let extent: Int
  /// The positions of each window.
  let windows: UnsafeMutablePointer<Span>
  /// The windows that cover each position, which are consecutive.
  let covering: UnsafeMutablePointer<Span>
  /// Whether exactly one window covers each position.
  let isPartition: Bool

  init(_ windows: PoolingWindows, extent: Int) {
    count = windows.count
    self.extent = extent
    self.windows = .allocate(capacity: max(count, 1))
    covering = .allocate(capacity: max(extent, 1))
    for index in 0..<count {
      self.windows[index] = Span(first: windows.starts[index], end: windows.ends[index])
    }
    var isPartition = true
    for (position, span) in windows.covering(extent: extent).enumerated() {
      covering[position] = Span(first: span.lowerBound, end: span.upperBound)
      isPartition = isPartition && span.count == 1
    }
    self.isPartition = isPartition
  }

  deinit {
    windows.deallocate()
    covering.deallocate()
  }
}

/// The input pixels of one window, row by row.
///
/// A sequence for the same reason as `PixelRuns`.
struct PoolingWindow: Sequence, IteratorProtocol {
  private let columns: Range<Int>
  private let endRow: Int
  private let inputWidth: Int
  private var row: Int
  private var column: Int

  @inline(__always)
  init(rows: PoolingAxis.Span, columns: PoolingAxis.Span, inputWidth: Int) {
    self.columns = Int(columns.first)..<Int(columns.end)
    self.inputWidth = inputWidth
    (row, endRow) = (Int(rows.first), Int(rows.end))
    column = self.columns.lowerBound
  }

  /// Pixels in the window; valid before the first call of `next()`.
  var area: Int { (endRow - row) * columns.count }

  @inline(__always)
  mutating func next() -> Int? {
    if column == columns.upperBound {
      column = columns.lowerBound
      row += 1
    }
    guard row < endRow else { return nil }
    defer { column += 1 }
    return row * inputWidth + column
  }
}

/// The windows that cover one input pixel.
struct CoveringWindows: Sequence, IteratorProtocol {
  struct Element {
    /// The window's pixel in the output.
    let output: Int
    /// The input pixel's index in the window.
    let place: Int
    /// Pixels of the window.
    let area: Int
  }

  private let row: Int
  private let column: Int
  private let rowWindows: UnsafePointer<PoolingAxis.Span>
  private let columnWindows: UnsafePointer<PoolingAxis.Span>
  private let outputWidth: Int
  private let firstColumn: Int
  private let endColumn: Int
  private let endRow: Int
  private var outputRow: Int
  private var outputColumn: Int

  @inline(__always)
  init(
    row: Int, column: Int, rowWindows: UnsafePointer<PoolingAxis.Span>,
    columnWindows: UnsafePointer<PoolingAxis.Span>, outputWidth: Int, rows: PoolingAxis.Span,
    columns: PoolingAxis.Span
  ) {
    (self.row, self.column) = (row, column)
    (self.rowWindows, self.columnWindows) = (rowWindows, columnWindows)
    self.outputWidth = outputWidth
    (firstColumn, endColumn) = (Int(columns.first), Int(columns.end))
    // If no window covers the column, none covers the pixel.
    (outputRow, endRow) = (Int(rows.first), firstColumn < endColumn ? Int(rows.end) : 0)
    outputColumn = firstColumn
  }

  @inline(__always)
  mutating func next() -> Element? {
    if outputColumn == endColumn {
      outputColumn = firstColumn
      outputRow += 1
    }
    guard outputRow < endRow else { return nil }
    defer { outputColumn += 1 }
    let (rows, columns) = (rowWindows[outputRow], columnWindows[outputColumn])
    let width = Int(columns.end - columns.first)
    return Element(
      output: outputRow * outputWidth + outputColumn,
      place: (row - Int(rows.first)) * width + column - Int(columns.first),
      area: Int(rows.end - rows.first) * width)
  }
}
