import Foundation

/// The learning rates that a training planned: the file `schedule.csv`, a line a step.
///
/// The header is `epoch`, epochs done before the step, and `learning_rate`. No line may step back.
public struct RatePlan: Sendable, Equatable {
  public let epochs: [Double]
  public let rates: [Double]

  static let header = ["epoch", "learning_rate"]

  /// Reads the file at `url`.
  public init(contentsOf url: URL) throws(LogError) {
    try self.init(parsing: try text(contentsOf: url), file: url.lastPathComponent)
  }

  /// Reads the file's text.
  ///
  /// - Parameter file: The file's name, for the errors.
  public init(parsing text: String, file: String) throws(LogError) {
    let records = try CommaSeparatedValues(parsing: text, file: file).records
    guard let header = records.first?.cells else {
      throw .noHeader(file: file, expected: Self.header.joined(separator: ","))
    }
    for (index, expected) in Self.header.enumerated() {
      let found = index < header.count ? header[index] : "the end of the line"
      guard found == expected else {
        throw .header(file: file, column: index + 1, expected: expected, found: found)
      }
    }
    var epochs: [Double] = []
    var rates: [Double] = []
    for record in records.dropFirst() {
      guard record.cells.count == header.count else {
        throw .cellCount(
          file: file, line: record.line, expected: header.count, found: record.cells.count)
      }
      let least = epochs.last ?? 0
      guard let epoch = Double(record.cells[0]), epoch.isFinite, epoch >= least else {
        throw .cell(
          file: file, line: record.line, column: Self.header[0],
          expected: "a number of at least \(least)", found: record.cells[0])
      }
      guard let rate = Double(record.cells[1]), rate.isFinite, rate >= 0 else {
        throw .cell(
          file: file, line: record.line, column: Self.header[1],
          expected: "a number that is not negative", found: record.cells[1])
      }
      epochs.append(epoch)
      rates.append(rate)
    }
    (self.epochs, self.rates) = (epochs, rates)
  }

  /// The rate of every step over the epochs; nil where no epoch was planned.
  public var figure: Figure? {
    guard !epochs.isEmpty else { return nil }
    let data = DataTable(["epoch": .numbers(epochs), "learning_rate": .numbers(rates)])
    let panel = Panel(
      horizontal: Axis("epochs done", from: epochs.first), vertical: Axis("learning rate", from: 0),
      series: [
        Series(
          nil, .line(x: "epoch", y: "learning_rate", shapeEvery: epochs.count + 1),
          color: Palette.blue)
      ], legend: .none)
    return Figure(
      name: "schedule", title: "The learning rate as planned, before the first step", height: 420,
      panels: [panel], data: .table(data))
  }
}
