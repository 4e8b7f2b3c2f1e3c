import Foundation

/// The figures of each epoch of a training run: the file `history.csv`, which does not depend on
/// time or machine.
///
/// The columns are `epoch`, `learning_rate`, loss, top-1 and top-5 of training and of validation
/// images, then one column `train_top1.CLASS` for each class, then one `validation_top1.CLASS` for
/// each class in the same order. In files of earlier versions, validation columns begin with
/// `heldout_`. Accuracies are in percent. A cell may be empty (not measured) or `nan`.
public struct TrainingHistory: Sendable, Equatable {
  public static let fileName = "history.csv"

  /// Loss and accuracies on one set of images, one value for each epoch; nil if not measured.
  public struct Curves: Sendable, Equatable {
    /// Mean loss over the images, as the recipe defines it.
    public var loss: [Double?]
    /// Percent.
    public var top1: [Double?]
    /// Percent.
    public var top5: [Double?]
    /// Percent, `[class][epoch]`.
    public var top1OfClass: [[Double?]]

    public init(
      loss: [Double?], top1: [Double?], top5: [Double?], top1OfClass: [[Double?]]
    ) {
      (self.loss, self.top1, self.top5, self.top1OfClass) = (loss, top1, top5, top1OfClass)
    }
  }

  /// 1, 2, … or, for a run that continues an earlier one, the numbers after those of the earlier
  /// run.
  public let epochs: [Int]
  public let learningRate: [Double?]
  public let training: Curves
  public let validation: Curves
  public let classNames: [String]

  public var isEmpty: Bool { epochs.isEmpty }

  /// The columns before those of the classes.
  private static let fixedColumns = [
    "epoch", "learning_rate", "train_loss", "train_top1", "train_top5", "validation_loss",
    "validation_top1", "validation_top5",
  ]
  /// Prefixes of column names in earlier versions, and the present ones.
  private static let former = ["heldout_": "validation_"]
  /// The largest size of a file that is read, in bytes: enough for a thousand classes and about
  /// five thousand epochs.
  private static let byteLimit = 1 << 28

  /// - Precondition: each list has one value for each epoch.
  public init(
    epochs: [Int], learningRate: [Double?], training: Curves, validation: Curves,
    classNames: [String]
  ) {
    for curves in [training, validation] {
      let lists = [curves.loss, curves.top1, curves.top5] + curves.top1OfClass
      precondition(
        lists.allSatisfy { $0.count == epochs.count }
          && curves.top1OfClass.count == classNames.count && learningRate.count == epochs.count,
        "curves of \(lists.map(\.count)) values over \(epochs.count) epochs")
    }
    (self.epochs, self.learningRate, self.classNames) = (epochs, learningRate, classNames)
    (self.training, self.validation) = (training, validation)
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
    let records = try CommaSeparatedValues(parsing: text, file: file).records
    guard let header = records.first?.cells.map(Self.currentName(ofColumn:)) else {
      throw .noHeader(file: file, expected: Self.fixedColumns.joined(separator: ","))
    }
    classNames = try Self.classNames(inHeader: header, file: file)
    let table = try Self.numbers(in: records.dropFirst(), header: header, file: file)
    epochs = table[0].map { Int($0 ?? 0) }
    learningRate = table[1]
    let classes = Self.fixedColumns.count
    training = Curves(
      loss: table[2], top1: table[3], top5: table[4],
      top1OfClass: Array(table[classes..<classes + classNames.count]))
    validation = Curves(
      loss: table[5], top1: table[6], top5: table[7],
      top1OfClass: Array(table[(classes + classNames.count)...]))
  }

  /// The file's text, with the shortest decimals that are read back as the same numbers; values
  /// that were not measured are empty cells.
  public var text: String {
    let columns =
      [learningRate] + [training, validation].flatMap { [$0.loss, $0.top1, $0.top5] }
      + training.top1OfClass + validation.top1OfClass
    let rows = epochs.indices.map { row in
      ["\(epochs[row])"] + columns.map { $0[row].map { "\($0)" } ?? "" }
    }
    return CommaSeparatedValues.text(of: [header] + rows)
  }

  private var header: [String] {
    Self.fixedColumns
      + ["train", "validation"].flatMap { images in
        classNames.map { "\(images)_top1.\($0)" }
      }
  }

  /// The present name of a column.
  private static func currentName(ofColumn name: String) -> String {
    for (before, now) in former where name.hasPrefix(before) {
      return now + name.dropFirst(before.count)
    }
    return name
  }

  /// Checks the header and returns the classes it names.
  private static func classNames(
    inHeader header: [String], file: String
  ) throws(LogError) -> [String] {
    for (index, expected) in fixedColumns.enumerated() {
      let found = index < header.count ? header[index] : "the end of the line"
      guard found == expected else {
        throw .header(file: file, column: index + 1, expected: expected, found: found)
      }
    }
    let rest = header.dropFirst(fixedColumns.count)
    let prefix = "train_top1."
    let names = rest.prefix { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
    for (index, name) in names.enumerated() where names.firstIndex(of: name) != index {
      throw .header(
        file: file, column: fixedColumns.count + index + 1, expected: "another class",
        found: prefix + name)
    }
    let expected = names.map { "validation_top1." + $0 }
    let found = Array(rest.dropFirst(names.count))
    for index in 0..<max(expected.count, found.count) {
      let expectedName = index < expected.count ? expected[index] : "the end of the line"
      let foundName = index < found.count ? found[index] : "the end of the line"
      guard index < expected.count, foundName == expectedName else {
        throw .header(
          file: file, column: fixedColumns.count + names.count + index + 1,
          expected: expectedName, found: foundName)
      }
    }
    return names
  }

  /// The body as columns `[column][epoch]`.
  private static func numbers(
    in records: ArraySlice<CommaSeparatedValues.Record>, header: [String], file: String
  ) throws(LogError) -> [[Double?]] {
    var columns = [[Double?]](repeating: [], count: header.count)
    let number = records.first?.cells.first.flatMap { Int($0) } ?? 1
    let first = (1...1_000_000).contains(number) ? number : 1
    for (index, record) in records.enumerated() {
      guard record.cells.count == header.count else {
        throw .cellCount(
          file: file, line: record.line, expected: header.count, found: record.cells.count)
      }
      guard record.cells[0] == "\(first + index)" else {
        throw .cell(
          file: file, line: record.line, column: "epoch", expected: "\(first + index)",
          found: record.cells[0])
      }
      for (column, cell) in record.cells.enumerated() {
        guard !cell.isEmpty else {
          columns[column].append(nil)
          continue
        }
        guard let number = Double(cell) else {
          let column = header[column]
          throw .cell(
            file: file, line: record.line, column: column, expected: "a number", found: cell)
        }
        columns[column].append(number)
      }
    }
    return columns
  }
}
