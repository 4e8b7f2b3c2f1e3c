import Records

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

extension TrainingHistory {
  /// The records of a training's epochs as a table; what was not measured is absent.
  public init(_ records: [EpochRecord], classNames: [String]) {
    func curves(_ figures: [PassFigures?]) -> Curves {
      Curves(
        loss: figures.map { $0?.loss }, top1: figures.map { $0?.top1 },
        top5: figures.map { $0?.top5 },
        top1OfClass: classNames.indices.map { index in figures.map { $0?.classTop1[index] } })
    }
    self.init(
      epochs: records.map(\.epoch), learningRate: records.map(\.learningRate),
      training: curves(records.map(\.train)), validation: curves(records.map(\.validation)),
      classNames: classNames)
  }
}

extension EpochRecord {
  /// The values of the epoch for the state file of the training; NaN for values that were not
  /// measured.
  func numbers(classes: Int) -> [Double] {
    let absent = [Double](repeating: .nan, count: 3 + classes)
    return [Double(epoch), learningRate] + train.numbers + (validation?.numbers ?? absent)
  }

  /// The inverse of `numbers(classes:)`; nil unless there are 8 + 2 · classes numbers.
  init?(numbers: [Double], classes: Int) {
    guard numbers.count == 8 + 2 * classes, let epoch = Int(exactly: numbers[0]),
      let train = PassFigures(numbers: numbers[2..<5 + classes]),
      let validation = PassFigures(numbers: numbers[(5 + classes)...])
    else { return nil }
    // A measured loss is always a number, or training would have ended there.
    self.init(
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
