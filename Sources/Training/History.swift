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

/// The figures of one epoch: on the training images, either from its own batches or from a separate
/// pass, and on the validation images.
public struct EpochRecord: Sendable, Equatable {
  /// Counted from 1; includes the epochs of an earlier run that this one continues.
  public var epoch: Int
  /// The learning rate of the epoch's last step.
  public var learningRate: Double
  public var train: PassFigures
  /// Nil if there are no validation images.
  public var validation: PassFigures?

  public init(epoch: Int, learningRate: Double, train: PassFigures, validation: PassFigures?) {
    self.epoch = epoch
    self.learningRate = learningRate
    self.train = train
    self.validation = validation
  }
}

/// The history of a training run as comma-separated values. Nothing in it depends on time or
/// machine.
public enum History {
  private static let figures = ["loss", "top1", "top5"]

  /// The columns: epoch, learning rate, training and validation figures, then each class's top-1 of
  /// both.
  public static func header(classNames: [String]) -> [String] {
    ["epoch", "learning_rate"] + figures.map { "train_\($0)" } + figures.map { "validation_\($0)" }
      + classNames.map { "train_top1.\($0)" } + classNames.map { "validation_top1.\($0)" }
  }

  /// The whole table, with the shortest decimals that read back as the same values; values that
  /// were not measured are empty.
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

  /// The values of one epoch, for a file from which training continues; values that were not
  /// measured are NaN.
  static func numbers(of record: EpochRecord, classes: Int) -> [Double] {
    let absent = [Double](repeating: .nan, count: 3 + classes)
    return [Double(record.epoch), record.learningRate] + record.train.numbers
      + (record.validation?.numbers ?? absent)
  }

  /// The inverse of `numbers(of:classes:)`; nil unless there are 8 + 2 · classes values.
  static func record(from numbers: [Double], classes: Int) -> EpochRecord? {
    guard numbers.count == 8 + 2 * classes, let epoch = Int(exactly: numbers[0]),
      let train = PassFigures(numbers: numbers[2..<5 + classes]),
      let validation = PassFigures(numbers: numbers[(5 + classes)...])
    else { return nil }
    // A measured loss is never NaN: training ends there.
    return EpochRecord(
      epoch: epoch, learningRate: numbers[1], train: train,
      validation: validation.loss.isNaN ? nil : validation)
  }
}

extension PassFigures {
  /// The mean top-1 accuracy over the classes that have images, percent.
  var balancedTop1: Double {
    let measured = classTop1.filter(\.isFinite)
    return measured.isEmpty ? .nan : measured.reduce(0, +) / Double(measured.count)
  }

  /// Loss, top-1, top-5, then each class's top-1.
  fileprivate var numbers: [Double] { [loss, top1, top5] + classTop1 }

  fileprivate init?(numbers: ArraySlice<Double>) {
    guard numbers.count >= 3 else { return nil }
    let first = numbers.startIndex
    self.init(
      loss: numbers[first], top1: numbers[first + 1], top5: numbers[first + 2],
      classTop1: Array(numbers[(first + 3)...]))
  }
}
