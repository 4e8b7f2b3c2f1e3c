import Foundation
import Notebook

/// A worked example for a stage's chapter: its subject, a table, and the result.
public protocol Explanation {
  /// The subject; nil if the prose names it.
  var subject: String? { get }
  var header: [String] { get }
  var rows: [[String]] { get }
  /// The result; nil if the table contains it.
  var result: String? { get }
}

extension Explanation {
  public var subject: String? { nil }
  public var result: String? { nil }
}

extension ConvolutionExample: Explanation {}
extension NormalizationExample: Explanation {}
extension LossExample: Explanation {}
extension StepExample: Explanation {}
extension MomentumExample: Explanation {}

/// Prints an explanation and records it as the output of the cell at `line`.
public func show(_ explanation: some Explanation, line: Int = #line) {
  if let subject = explanation.subject { show(subject, line: line) }
  show(table: Table(header: explanation.header, rows: explanation.rows), line: line)
  if let result = explanation.result { show(result, line: line) }
}

extension StatisticsLagLog {
  /// The rows for readers.
  public func table(classNames: [String]) -> Table {
    Table(header: Self.tableHeader, rows: tableRows(classNames: classNames))
  }
}
