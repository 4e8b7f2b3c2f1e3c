import Foundation
import TensorFiles

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
/// the validation set.
public struct EpochRecord: Sendable, Equatable {
  /// Counted from 1, epochs of the training it goes on from included.
  public var epoch: Int
  /// The rate of the epoch's last step.
  public var learningRate: Double
  public var train: PassFigures
  /// Nil where nothing is held out.
  public var validation: PassFigures?

  public init(epoch: Int, learningRate: Double, train: PassFigures, validation: PassFigures?) {
    self.epoch = epoch
    self.learningRate = learningRate
    self.train = train
    self.validation = validation
  }
}

/// The history of a training as a table of comma-separated values: nothing in it depends on time or
/// machine.
public enum History {
  private static let figures = ["loss", "top1", "top5"]

  /// The columns: epoch, rate, figures of train and validation, then each class's top-1 of both.
  public static func header(classNames: [String]) -> [String] {
    ["epoch", "learning_rate"] + figures.map { "train_\($0)" } + figures.map { "validation_\($0)" }
      + classNames.map { "train_top1.\($0)" } + classNames.map { "validation_top1.\($0)" }
  }

  /// The whole table, with shortest decimals that read back as the same numbers; what was not measured
  /// is empty.
  public static func csv(_ history: [EpochRecord], classNames: [String]) -> String {
    let rows = history.map { record in
      let absent = [String](repeating: "", count: 3 + classNames.count)
      let train = text(record.train)
      let validation = record.validation.map(text) ?? absent
      let cells =
        ["\(record.epoch)", "\(record.learningRate)"] + train[..<3] + validation[..<3] + train[3...]
        + validation[3...]
      return cells.joined(separator: ",")
    }
    let header = CommaSeparatedText.line(header(classNames: classNames))
    return ([header] + rows).joined(separator: "\n") + "\n"
  }

  private static func text(_ figures: PassFigures) -> [String] {
    figures.numbers.map { "\($0)" }
  }

  /// The numbers of one epoch, for a file that lets training go on; those that were not measured are no
  /// numbers.
  static func numbers(of record: EpochRecord, classes: Int) -> [Double] {
    let absent = [Double](repeating: .nan, count: 3 + classes)
    return [Double(record.epoch), record.learningRate] + record.train.numbers
      + (record.validation?.numbers ?? absent)
  }

  /// The inverse of `numbers(of:classes:)`; nil where there are not 8 + 2 · classes numbers.
  static func record(from numbers: [Double], classes: Int) -> EpochRecord? {
    guard numbers.count == 8 + 2 * classes, let epoch = Int(exactly: numbers[0]),
      let train = PassFigures(numbers: numbers[2..<5 + classes]),
      let validation = PassFigures(numbers: numbers[(5 + classes)...])
    else { return nil }
    // A measured loss is always a number, or training would have ended there.
    return EpochRecord(
      epoch: epoch, learningRate: numbers[1], train: train,
      validation: validation.loss.isNaN ? nil : validation)
  }
}

extension PassFigures {
  /// The mean top-1 accuracy of the classes that have images, percent.
  var balancedTop1: Double {
    let measured = classTop1.filter(\.isFinite)
    return measured.isEmpty ? .nan : measured.reduce(0, +) / Double(measured.count)
  }

  /// Loss, top-1, top-5, then the classes' top-1.
  fileprivate var numbers: [Double] { [loss, top1, top5] + classTop1 }

  fileprivate init?(numbers: ArraySlice<Double>) {
    guard numbers.count >= 3 else { return nil }
    let first = numbers.startIndex
    self.init(
      loss: numbers[first], top1: numbers[first + 1], top5: numbers[first + 2],
      classTop1: Array(numbers[(first + 3)...]))
  }
}
