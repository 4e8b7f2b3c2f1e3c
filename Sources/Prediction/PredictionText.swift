import Foundation
import TensorFiles

/// Answers as text: for people, and a line of JSON a picture for programs.
public enum PredictionText {
  /// The picture's name, and a line for each answer: class, share, and a bar as long as it is.
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

  /// Cells of a bar that stands for 1.
  private static let barWidth = 30

  /// A bar in steps of an eighth of a cell.
  private static func bar(_ share: Double) -> String {
    guard share.isFinite else { return "" }
    let eighths = Int((min(max(share, 0), 1) * Double(8 * barWidth)).rounded())
    let rest = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"][eighths % 8]
    return String(repeating: "█", count: eighths / 8) + rest
  }

  /// `{"answers":[{"class":"cat","probability":0.75},…],"checkpoint":…,"file":…,"run":…}`, keys sorted.
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
