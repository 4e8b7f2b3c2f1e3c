import Foundation
import TensorFiles

/// Predictions as text: for people, and as one line of JSON per picture for programs.
public enum PredictionText {
  /// The picture's name, and one line per class: name, percentage, and a bar of proportional
  /// length.
  public static func lines(file: String, _ answers: [PictureClassifier.Answer]) -> [String] {
    let names = answers.map { PrintableText.escaped($0.className) }
    let width = names.map(\.count).max() ?? 0
    return [PrintableText.escaped(file)]
      + zip(names, answers).map { name, answer in
        let padded = name + String(repeating: " ", count: width - name.count)
        let percent = String(format: "%5.1f %%", 100 * Double(answer.probability))
        let line = "  \(padded)  \(percent)  \(bar(Double(answer.probability)))"
        return line.hasSuffix("  ") ? String(line.dropLast(2)) : line
      }
  }

  /// Width in cells of a bar for probability 1.
  private static let barWidth = 30

  /// A bar in steps of an eighth of a cell.
  private static func bar(_ fraction: Double) -> String {
    guard fraction.isFinite else { return "" }
    let eighths = Int((min(max(fraction, 0), 1) * Double(8 * barWidth)).rounded())
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + rest
  }

  /// `{"answers":[{"class":"cat","probability":0.75},…],"checkpoint":…,"file":…,"run":…}`, keys
  /// sorted.
  public static func json(
    file: String, run: String, checkpoint: String, _ answers: [PictureClassifier.Answer]
  ) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    let record = Record(
      file: file, run: run, checkpoint: checkpoint,
      answers: answers.map { .init(class: $0.className, probability: $0.probability) })
    return String(decoding: try encoder.encode(record), as: UTF8.self)
  }

  private struct Record: Encodable {
    struct Answer: Encodable {
      let `class`: String
      let probability: Float
    }
    let file: String
    let run: String
    let checkpoint: String
    let answers: [Answer]
  }
}
