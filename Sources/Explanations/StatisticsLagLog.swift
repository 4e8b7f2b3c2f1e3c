import Foundation
import Kernels
import Loading
import Models
import Records
import TensorFiles

/// What the running statistics did in the first epochs: a row an epoch in `statistics-lag.csv` of the work
/// folder, so that a training that was stopped tells the same as one that was not.
///
///     epoch, images, running_top1, running_answer, running_answer_percent,
///     batch_top1, batch_answer, batch_answer_percent
///
/// Answers are the numbers of the classes most often named.
public struct StatisticsLagLog {
  public static let fileName = "statistics-lag.csv"

  public private(set) var rows: [StatisticsLag]
  private let url: URL
  private static let columns = [
    "epoch", "images", "running_top1", "running_answer", "running_answer_percent", "batch_top1",
    "batch_answer", "batch_answer_percent",
  ]
  /// A file that is larger is not one of these.
  private static let mostBytes = 65_536

  /// Takes up what an earlier process has left in `folder`; lines that are not whole are left out, and
  /// measured again where that is still possible.
  public init(folder: URL) {
    url = folder.appendingPathComponent(Self.fileName)
    let size = (try? FileManager.default.attributesOfItem(atPath: url.path))?[.size] as? NSNumber
    let isSmall = (size?.intValue ?? .max) <= Self.mostBytes
    rows = isSmall ? Self.rows(in: (try? String(contentsOf: url, encoding: .utf8)) ?? "") : []
  }

  /// Looks at the network after an epoch, unless that has been done or the first epochs are over.
  ///
  /// - Parameters:
  ///   - epoch: The epoch after which the weights are those of now.
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
    // What follows the last line break is a line that was cut off.
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
