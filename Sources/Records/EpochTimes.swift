import Foundation

/// The duration of each epoch: the file `timing.csv`, with the columns `epoch`, `seconds` and
/// `images_per_second`.
///
/// It is separate from the history, since it differs from run to run.
public struct EpochTimes: Sendable, Equatable {
  public static let fileName = "timing.csv"
  private static let columns = ["epoch", "seconds", "images_per_second"]
  /// The largest size of a file that is read, in bytes.
  private static let byteLimit = 1 << 26

  /// A line of the file.
  public struct Row: Sendable, Equatable {
    public let epoch: Int
    /// Not negative.
    public let seconds: Double
    /// Nil if the file does not say.
    public let imagesPerSecond: Double?
  }

  /// The rows in the order of the lines.
  public private(set) var rows: [Row] = []

  /// An empty table.
  public init() {}

  /// Reads the file at `url`.
  public init(contentsOf url: URL) throws(LogError) {
    try self.init(
      parsing: LogFile.text(contentsOf: url, limit: Self.byteLimit), file: url.lastPathComponent)
  }

  /// Reads the file's text; its columns may end after `seconds`.
  ///
  /// - Parameter file: The file's name, for the errors.
  public init(parsing text: String, file: String) throws(LogError) {
    let table = try CommaSeparatedValues(parsing: text, file: file)
    let header = try table.header(beginningWith: Array(Self.columns.prefix(2)), file: file)
    let hasRate = header.count > 2 && header[2] == Self.columns[2]
    for record in table.records.dropFirst() {
      guard record.cells.count == header.count else {
        throw .cellCount(
          file: file, line: record.line, expected: header.count, found: record.cells.count)
      }
      guard let epoch = Int(record.cells[0]) else {
        throw .cell(
          file: file, line: record.line, column: "epoch", expected: "a number",
          found: record.cells[0])
      }
      guard let seconds = Double(record.cells[1]), seconds >= 0, seconds.isFinite else {
        throw .cell(
          file: file, line: record.line, column: "seconds", expected: "a number from 0",
          found: record.cells[1])
      }
      rows.append(
        Row(
          epoch: epoch, seconds: seconds,
          imagesPerSecond: hasRate ? Double(record.cells[2]) : nil))
    }
  }

  /// Adds an epoch. If the epoch was repeated after a crash, it replaces its row and all later
  /// rows.
  ///
  /// - Parameter images: Number of images of the epoch.
  public mutating func add(epoch: Int, seconds: Double, images: Int) {
    func rounded(_ value: Double) -> Double { (value * 1000).rounded() / 1000 }
    rows.removeAll { $0.epoch >= epoch }
    rows.append(
      Row(
        epoch: epoch, seconds: rounded(seconds),
        imagesPerSecond: rounded(seconds > 0 ? Double(images) / seconds : 0)))
  }

  /// The file's text.
  public var text: String {
    CommaSeparatedValues.text(
      of: [Self.columns]
        + rows.map { row in
          ["\(row.epoch)", "\(row.seconds)", row.imagesPerSecond.map { "\($0)" } ?? ""]
        })
  }

  /// Seconds of all epochs; if an epoch has several rows, the last one counts.
  public var total: Double { secondsOfEpoch.sorted { $0.key < $1.key }.reduce(0) { $0 + $1.value } }

  /// The seconds of each of `epochs`; nil if one is missing.
  public func seconds(ofEpochs epochs: [Int]) -> [Double]? {
    let known = secondsOfEpoch
    let times = epochs.compactMap { known[$0] }
    return times.count == epochs.count ? times : nil
  }

  private var secondsOfEpoch: [Int: Double] {
    Dictionary(rows.map { ($0.epoch, $0.seconds) }) { $1 }
  }
}
