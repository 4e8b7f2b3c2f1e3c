import Foundation

/// A figure of merit of one pass over a set of images.
public struct PassFigures: Sendable, Equatable {
  public var loss: Double
  /// Percent.
  public var top1: Double
  /// Percent.
  public var top5: Double
  /// Percent, in the order of the classes.
  public var classTop1: [Double]

  public init(loss: Double, top1: Double, top5: Double, classTop1: [Double]) {
    self.loss = loss
    self.top1 = top1
    self.top5 = top5
    self.classTop1 = classTop1
  }
}

/// The figures of one epoch: those of its own batches or of a pass over the training set, and those of
/// the held-out set.
public struct EpochRecord: Sendable, Equatable {
  /// Counted from 1.
  public var epoch: Int
  public var learningRate: Double
  public var train: PassFigures
  public var heldout: PassFigures

  public init(epoch: Int, learningRate: Double, train: PassFigures, heldout: PassFigures) {
    self.epoch = epoch
    self.learningRate = learningRate
    self.train = train
    self.heldout = heldout
  }
}

/// The history of a training as a table of comma-separated values: nothing in it depends on time or
/// machine.
public enum History {
  private static let figures = ["loss", "top1", "top5"]

  /// The columns: epoch, rate, figures of train and held-out, then each class's top-1 of both.
  public static func header(classNames: [String]) -> [String] {
    ["epoch", "learning_rate"] + figures.map { "train_\($0)" } + figures.map { "heldout_\($0)" }
      + classNames.map { "train_top1.\($0)" } + classNames.map { "heldout_top1.\($0)" }
  }

  /// The whole table, with shortest decimals that read back as the same numbers.
  public static func csv(_ history: [EpochRecord], classNames: [String]) -> String {
    let rows = history.map { record in
      let numbers =
        [record.learningRate, record.train.loss, record.train.top1, record.train.top5]
        + [record.heldout.loss, record.heldout.top1, record.heldout.top5]
        + record.train.classTop1 + record.heldout.classTop1
      return (["\(record.epoch)"] + numbers.map { "\($0)" }).joined(separator: ",")
    }
    let header = header(classNames: classNames).map(quoted).joined(separator: ",")
    return ([header] + rows).joined(separator: "\n") + "\n"
  }

  /// The numbers of one epoch, for a file that lets training go on.
  static func numbers(of record: EpochRecord) -> [Double] {
    [Double(record.epoch), record.learningRate]
      + [record.train.loss, record.train.top1, record.train.top5]
      + [record.heldout.loss, record.heldout.top1, record.heldout.top5]
      + record.train.classTop1 + record.heldout.classTop1
  }

  /// The inverse of `numbers(of:)`; nil where there are not 8 + 2 · classes numbers.
  static func record(from numbers: [Double], classes: Int) -> EpochRecord? {
    guard numbers.count == 8 + 2 * classes, let epoch = Int(exactly: numbers[0]) else { return nil }
    return EpochRecord(
      epoch: epoch, learningRate: numbers[1],
      train: PassFigures(
        loss: numbers[2], top1: numbers[3], top5: numbers[4],
        classTop1: Array(numbers[8..<8 + classes])),
      heldout: PassFigures(
        loss: numbers[5], top1: numbers[6], top5: numbers[7],
        classTop1: Array(numbers[(8 + classes)...])))
  }

  /// A field as RFC 4180 wants it.
  private static func quoted(_ field: String) -> String {
    guard field.contains(where: { $0 == "," || $0 == "\"" || $0.isNewline }) else { return field }
    return "\"\(field.replacingOccurrences(of: "\"", with: "\"\""))\""
  }
}
