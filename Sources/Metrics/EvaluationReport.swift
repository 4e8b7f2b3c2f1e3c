import Foundation

/// The contents of `metrics.json`: what an evaluation found, on what, and with which reservations.
public struct EvaluationReport: Encodable, Sendable {
  /// Percent.
  public var top1: Double
  /// Percent.
  public var top5: Double
  /// Mean cross-entropy, without smoothing.
  public var loss: Double
  /// Images.
  public var count: Int
  /// "validation" or "test".
  public var on: String
  /// The checkpoint that all figures but `checkpoints` are of.
  public var checkpoint: String
  public var epoch: Int
  public var dataStatus: String
  public var source: String
  public var selectedOnTest: Bool
  public var classNames: [String]
  public var perClass: [ClassFigures]
  public var macro: Scores
  public var mostConfused: [Confusion]
  public var expectedCalibrationError: Double
  /// The main figures of every checkpoint that was evaluated.
  public var checkpoints: [CheckpointFigures]
  public var warnings: [String]

  /// Percent; null where a class has no images.
  public struct Scores: Encodable, Sendable {
    public var precision: Double?
    public var recall: Double?
    public var f1: Double?
  }

  public struct ClassFigures: Encodable, Sendable {
    public var name: String
    public var support: Int
    public var accuracy: Double?
    public var precision: Double?
    public var recall: Double?
    public var f1: Double?
  }

  public struct Confusion: Encodable, Sendable {
    public var truth: String
    public var predicted: String
    public var count: Int
    /// Percent of the class's images.
    public var share: Double
  }

  public struct CheckpointFigures: Encodable, Sendable {
    public var checkpoint: String
    public var epoch: Int
    public var top1: Double
    public var top5: Double
    public var loss: Double

    public init(checkpoint: String, epoch: Int, tally: ClassificationTally) {
      self.checkpoint = checkpoint
      self.epoch = epoch
      top1 = tally.top1
      top5 = tally.top5
      loss = tally.loss
    }
  }

  /// What the evaluated images are.
  public struct Subject: Sendable {
    public var on: String
    public var dataStatus: String
    public var source: String
    public var selectedOnTest: Bool
    public var classNames: [String]
    public var warnings: [String]

    public init(
      on: String, dataStatus: String, source: String, selectedOnTest: Bool, classNames: [String],
      warnings: [String]
    ) {
      self.on = on
      self.dataStatus = dataStatus
      self.source = source
      self.selectedOnTest = selectedOnTest
      self.classNames = classNames
      self.warnings = warnings
    }
  }

  /// - Parameters:
  ///   - checkpoints: At least one; the first is the one the tally and the matrix are of.
  public init(
    of subject: Subject, checkpoints: [CheckpointFigures], count: Int, confusion: ConfusionMatrix,
    reliability: Reliability
  ) {
    precondition(!checkpoints.isEmpty, "a report of no checkpoint")
    let first = checkpoints[0]
    (top1, top5, loss) = (first.top1, first.top5, first.loss)
    (checkpoint, epoch, self.checkpoints) = (first.checkpoint, first.epoch, checkpoints)
    self.count = count
    (on, source, dataStatus) = (subject.on, subject.source, subject.dataStatus)
    (selectedOnTest, warnings) = (subject.selectedOnTest, subject.warnings)
    let names = subject.classNames
    classNames = names
    perClass = names.indices.map { index in
      let scores = confusion.scores(of: index)
      return ClassFigures(
        name: names[index], support: confusion.support(of: index), accuracy: scores.recall.finite,
        precision: scores.precision.finite, recall: scores.recall.finite, f1: scores.f1.finite)
    }
    let mean = confusion.macroScores
    macro = Scores(
      precision: mean.precision.finite, recall: mean.recall.finite, f1: mean.f1.finite)
    mostConfused = confusion.mostConfused(limit: 10).map {
      Confusion(
        truth: names[$0.truth], predicted: names[$0.predicted], count: $0.count, share: $0.share)
    }
    expectedCalibrationError = reliability.expectedCalibrationError
  }

  /// The report as JSON with sorted snake_case keys: equal figures are equal bytes.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}

extension Double {
  fileprivate var finite: Double? { isFinite ? self : nil }
}
