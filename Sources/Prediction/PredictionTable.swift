import Foundation
import Records
import TensorFiles

/// Predictions for many pictures, one line each: in columns for people, comma-separated for
/// spreadsheets.
///
///     picture          class     %
///     a/1.png          cat    97.3
///     a/2.jpg          dog    51.0
///
/// With more than one class per picture, `class` and `%` repeat, the most probable first.
public struct PredictionTable: Sendable {
  private let top: Int
  private let fileWidth: Int
  private let classWidth: Int

  /// Maximum width of a file name; a longer one is shown by its end.
  private static let mostFileWidth = 48

  /// - Parameters:
  ///   - files: The names of all pictures.
  ///   - classNames: The names of all classes.
  ///   - top: Number of classes per picture.
  /// - Precondition: `top` is positive.
  public init(files: [String], classNames: [String], top: Int) {
    precondition(top > 0, "a table of \(top) answers a picture")
    self.top = min(top, classNames.count)
    let widths = files.map { PrintableText.width(of: PrintableText.escaped($0, limit: .max)) }
    fileWidth = max(min(widths.max() ?? 0, Self.mostFileWidth), "picture".count)
    let names = classNames.map { PrintableText.width(of: PrintableText.escaped($0, limit: .max)) }
    classWidth = max(min(names.max() ?? 0, 30), "class".count)
  }

  public var header: String {
    line(file: "picture", cells: Array(repeating: ("class", "%"), count: top))
  }

  /// The line of a picture.
  public func row(file: String, _ answers: [PictureClassifier.Answer]) -> String {
    line(
      file: PrintableText.escaped(file, limit: .max),
      cells: answers.prefix(top).map {
        (
          PrintableText.escaped($0.className, limit: .max),
          String(format: "%.1f", 100 * Double($0.probability))
        )
      })
  }

  private func line(file: String, cells: [(name: String, percent: String)]) -> String {
    var name = file
    while PrintableText.width(of: name) > fileWidth { name = "…" + name.dropFirst(2) }
    let columns = cells.map { cell in
      padded(PrintableText.cut(cell.name, toWidth: classWidth), to: classWidth) + "  "
        + String(repeating: " ", count: max(5 - cell.percent.count, 0)) + cell.percent
    }
    return "  " + ([padded(name, to: fileWidth)] + columns).joined(separator: "  ")
  }

  private func padded(_ text: String, to width: Int) -> String {
    text + String(repeating: " ", count: max(width - PrintableText.width(of: text), 0))
  }

  /// The first line of comma-separated values: `file,class_1,probability_1,…`.
  public var csvHeader: String {
    CommaSeparatedValues.line(
      ["file"] + (1...max(top, 1)).flatMap { ["class_\($0)", "probability_\($0)"] })
  }

  /// The line of a picture as comma-separated values; probabilities have six decimals.
  public func csvRow(file: String, _ answers: [PictureClassifier.Answer]) -> String {
    CommaSeparatedValues.line(
      [file]
        + answers.prefix(top).flatMap {
          [$0.className, String(format: "%.6f", Double($0.probability))]
        })
  }
}
