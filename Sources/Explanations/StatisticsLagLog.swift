import Foundation
import Kernels
import Loading
import Models
import Records
import TensorFiles

/// The lag of the running statistics in the first epochs: one row for each epoch in
/// `statistics-lag.csv` of the work folder, so that an interrupted training reports the same as an
/// uninterrupted one.
///
///     epoch, images, running_top1, running_answer, running_answer_percent,
///     batch_top1, batch_answer, batch_answer_percent
///
/// An answer is the index of the class predicted most often.
public struct StatisticsLagLog {
  public static let fileName = "statistics-lag.csv"

  public private(set) var rows: [StatisticsLag]
  private let url: URL
  private static let columns = [
    "epoch", "images", "running_top1", "running_answer", "running_answer_percent", "batch_top1",
    "batch_answer", "batch_answer_percent",
  ]
  /// The largest size of a file that is read, in bytes.
  private static let mostBytes = 65_536

  /// Continues the log of an earlier process in `folder`. Incomplete lines are discarded; their
  /// epochs are measured again if that is still possible.
  public init(folder: URL) {
    url = folder.appendingPathComponent(Self.fileName)
    let size = (try? FileManager.default.attributesOfItem(atPath: url.path))?[.size] as? NSNumber
    let isSmall = (size?.intValue ?? .max) <= Self.mostBytes
    rows = isSmall ? Self.rows(in: (try? String(contentsOf: url, encoding: .utf8)) ?? "") : []
  }

  /// Examines the network after an epoch, unless that has been done or the first epochs are over.
  ///
  /// - Parameters:
  ///   - epoch: The epoch after which the network has its present weights.
  ///   - first: The number of the training's first epoch.
  public mutating func look(
    at network: Network, in loader: BatchLoader, after epoch: Int, from first: Int,
    on pool: WorkerPool
  ) throws {
    guard (first..<first + StatisticsLag.epochs).contains(epoch),
      !rows.contains(where: { $0.epoch == epoch }),
      let lag = StatisticsLag(of: network, in: loader, epoch: epoch, on: pool)
    else { return }
    rows = rows.filter { $0.epoch < epoch } + [lag]
    try AtomicFile.write(Data(csv.utf8), to: url)
  }

  /// The rows as text.
  public var csv: String {
    CommaSeparatedValues.text(
      of: [Self.columns]
        + rows.map { row in
          [row.epoch, row.count].map(String.init)
            + [row.running, row.batch].flatMap {
              ["\($0.top1)", "\($0.favourite)", "\($0.favouritePercent)"]
            }
        })
  }

  package static func rows(in text: String) -> [StatisticsLag] {
    // Text after the last line break is an incomplete line.
    let end = text.lastIndex(of: "\n").map(text.index(after:)) ?? text.startIndex
    let records = CommaSeparatedValues(salvaging: String(text[..<end])).records.map(\.cells)
    guard records.first == columns else { return [] }
    return records.dropFirst().compactMap { cells in
      guard cells.count == 8, let epoch = Int(cells[0]), let count = Int(cells[1]),
        let running = answers(cells[2...4]), let batch = answers(cells[5...7])
      else { return nil }
      return StatisticsLag(epoch: epoch, count: count, running: running, batch: batch)
    }
  }

  private static func answers(_ cells: ArraySlice<String>) -> StatisticsLag.Answers? {
    let cells = Array(cells)
    guard let top1 = Double(cells[0]), let favourite = Int(cells[1]),
      let percent = Double(cells[2]), (0...100).contains(top1), (0...100).contains(percent),
      favourite >= 0
    else { return nil }
    return .init(top1: top1, favourite: favourite, favouritePercent: percent)
  }

  public static let tableHeader = [
    "after epoch", "right by running statistics %", "most frequent answer",
    "right by the batch's own %", "most frequent answer ",
  ]

  /// The rows of a table for readers.
  public func tableRows(classNames: [String]) -> [[String]] {
    func cells(_ answers: StatisticsLag.Answers) -> [String] {
      let name =
        classNames.indices.contains(answers.favourite) ? classNames[answers.favourite] : "–"
      return [
        String(format: "%.1f", answers.top1),
        "\(name), \(String(format: "%.0f", answers.favouritePercent)) %",
      ]
    }
    return rows.map { ["\($0.epoch)"] + cells($0.running) + cells($0.batch) }
  }
}
