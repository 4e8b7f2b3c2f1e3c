import Foundation

/// The planned learning rates of a training run: the file `schedule.csv`, with one line for each
/// step.
///
/// The columns are `epoch`, the number of epochs before the step, and `learning_rate`. Epochs do
/// not decrease.
public struct RatePlan: Sendable, Equatable {
  public static let fileName = "schedule.csv"
  private static let columns = ["epoch", "learning_rate"]
  /// The largest size of a file that is read, in bytes.
  private static let byteLimit = 1 << 24

  /// The number of epochs before each step.
  public let epochs: [Double]
  /// The rate of each step.
  public let rates: [Double]

  /// - Precondition: as many rates as steps.
  public init(epochs: [Double], rates: [Double]) {
    precondition(epochs.count == rates.count, "\(rates.count) rates of \(epochs.count) steps")
    (self.epochs, self.rates) = (epochs, rates)
  }

  /// Reads the file at `url`.
  public init(contentsOf url: URL) throws(LogError) {
    try self.init(
      parsing: LogFile.text(contentsOf: url, limit: Self.byteLimit), file: url.lastPathComponent)
  }

  /// Reads the file's text.
  ///
  /// - Parameter file: The file's name, for the errors.
  public init(parsing text: String, file: String) throws(LogError) {
    let table = try CommaSeparatedValues(parsing: text, file: file)
    let header = try table.header(beginningWith: Self.columns, file: file)
    var epochs: [Double] = []
    var rates: [Double] = []
    for record in table.records.dropFirst() {
      guard record.cells.count == header.count else {
        throw .cellCount(
          file: file, line: record.line, expected: header.count, found: record.cells.count)
      }
      let least = epochs.last ?? 0
      guard let epoch = Double(record.cells[0]), epoch.isFinite, epoch >= least else {
        throw .cell(
          file: file, line: record.line, column: Self.columns[0],
          expected: "a number of at least \(least)", found: record.cells[0])
      }
      guard let rate = Double(record.cells[1]), rate.isFinite, rate >= 0 else {
        throw .cell(
          file: file, line: record.line, column: Self.columns[1],
          expected: "a number that is not negative", found: record.cells[1])
      }
      epochs.append(epoch)
      rates.append(rate)
    }
    (self.epochs, self.rates) = (epochs, rates)
  }

  /// The file's text, with the shortest decimals that are read back as the same numbers.
  public var text: String {
    CommaSeparatedValues.text(
      of: [Self.columns] + zip(epochs, rates).map { ["\($0)", "\($1)"] })
  }
}
