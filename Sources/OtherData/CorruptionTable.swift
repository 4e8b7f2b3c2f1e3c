import Foundation
import Metrics
import Records
import TensorFiles

/// Accuracy on corrupted images, by kind of corruption and severity.
public struct CorruptionTable: Sendable {
  private var rows: [(kind: String, reports: [EvaluationReport])] = []

  public init() {}

  /// Adds a kind with the reports of its severities 1, 2, ….
  public mutating func add(_ kind: String, _ reports: [EvaluationReport]) {
    rows.append((kind, reports))
  }

  /// Top-1 accuracy in percent: a row for each kind, a column for each severity and one for their
  /// mean; the last row has the means over all kinds.
  public var cells: (header: [String], rows: [[String]]) {
    let severities = rows.map(\.reports.count).max() ?? 0
    func text(_ values: [Double]) -> [String] {
      (values + [Self.mean(values)]).map { String(format: "%.2f", $0) }
    }
    let means = (0..<severities).map { severity in
      Self.mean(rows.map { $0.reports[severity].top1 ?? .nan })
    }
    return (
      ["corruption"] + (1...max(severities, 1)).map { "severity \($0)" } + ["mean"],
      rows.map { [$0.kind] + text($0.reports.map { $0.top1 ?? .nan }) } + [["mean"] + text(means)]
    )
  }

  /// `corruption,severity,images,top1,top5,loss`, a line for each kind and severity.
  public var csv: String {
    let lines = rows.flatMap { row in
      row.reports.enumerated().map { index, report in
        CommaSeparatedValues.line(
          [row.kind, "\(index + 1)", "\(report.count)"]
            + [report.top1, report.top5, report.loss].map { "\($0 ?? .nan)" })
      }
    }
    return (["corruption,severity,images,top1,top5,loss"] + lines).joined(separator: "\n") + "\n"
  }

  private struct Record: Encodable {
    let corruption: String
    let top1: [Double?]
    let top5: [Double?]
    let loss: [Double?]
  }

  /// An array of `{"corruption":…,"loss":[…],"top1":[…],"top5":[…]}`, with one value for each
  /// severity.
  public func json() throws -> String {
    let records = rows.map { row in
      Record(
        corruption: row.kind, top1: row.reports.map(\.top1), top5: row.reports.map(\.top5),
        loss: row.reports.map(\.loss))
    }
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys]
    return String(decoding: try encoder.encode(records), as: UTF8.self)
  }

  private static func mean(_ values: [Double]) -> Double {
    values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
  }
}
