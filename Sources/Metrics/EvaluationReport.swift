import Foundation

/// The contents of `metrics.json`: the results of an evaluation, its subject and its warnings.
public struct EvaluationReport: Encodable, Sendable {
  /// Percent.
  @NullUnlessFinite public var top1: Double
  /// Percent; always 100 with up to five classes, see `ClassificationTally.isTop5Telling`.
  @NullUnlessFinite public var top5: Double
  /// The mean recall of the classes that have images, percent.
  @NullUnlessFinite public var balancedAccuracy: Double
  /// Mean cross-entropy, without smoothing.
  @NullUnlessFinite public var loss: Double
  /// Number of images.
  public var count: Int
  /// "validation" or "test".
  public var on: String
  /// The checkpoint of all figures except `checkpoints`.
  public var checkpoint: String
  public var epoch: Int
  /// "listed", or "fallback" if training ended before every listed epoch.
  public var selection: String
  /// Whether predictions are averaged over each image and its mirror image.
  public var flip: Bool
  public var dataStatus: String
  public var source: String
  public var selectedOnTest: Bool
  public var classNames: [String]
  public var perClass: [ClassFigures]
  public var macro: Scores
  public var mostConfused: [Confusion]
  @NullUnlessFinite public var expectedCalibrationError: Double
  /// The main figures of all evaluated checkpoints.
  public var checkpoints: [CheckpointFigures]
  public var warnings: [String]

  /// Unweighted means in percent, over the classes that occur among the images or among the
  /// predictions, the same classes for each score; NaN if nothing was evaluated.
  public struct Scores: Encodable, Sendable {
    @NullUnlessFinite public var precision: Double
    @NullUnlessFinite public var recall: Double
    @NullUnlessFinite public var f1: Double
  }

  /// Percent. For a class that occurs among the images or among the predictions, a score with a
  /// zero denominator is 0. A class that occurs in neither has no scores. The accuracy is the
  /// recall of a class that has images, and NaN otherwise.
  public struct ClassFigures: Encodable, Sendable {
    public var name: String
    public var support: Int
    @NullUnlessFinite public var accuracy: Double
    @NullUnlessFinite public var precision: Double
    @NullUnlessFinite public var recall: Double
    @NullUnlessFinite public var f1: Double
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
    @NullUnlessFinite public var top1: Double
    @NullUnlessFinite public var top5: Double
    @NullUnlessFinite public var loss: Double

    public init(checkpoint: String, epoch: Int, tally: ClassificationTally) {
      self.checkpoint = checkpoint
      self.epoch = epoch
      top1 = tally.top1
      top5 = tally.top5
      loss = tally.loss
    }
  }

  /// A description of the evaluated images.
  public struct Subject: Sendable {
    public var on: String
    public var dataStatus: String
    public var source: String
    public var selectedOnTest: Bool
    public var flip: Bool
    public var classNames: [String]
    public var warnings: [String]

    public init(
      on: String, dataStatus: String, source: String, selectedOnTest: Bool, flip: Bool,
      classNames: [String], warnings: [String]
    ) {
      self.on = on
      self.dataStatus = dataStatus
      self.source = source
      self.selectedOnTest = selectedOnTest
      self.flip = flip
      self.classNames = classNames
      self.warnings = warnings
    }
  }

  /// - Parameters:
  ///   - checkpoints: All evaluated checkpoints.
  ///   - selected: The index of the one that confusion and reliability belong to.
  ///   - selection: How it was selected.
  public init(
    of subject: Subject, checkpoints: [CheckpointFigures], selected: Int, selection: String,
    count: Int, confusion: ConfusionMatrix, reliability: Reliability
  ) {
    precondition(
      checkpoints.indices.contains(selected),
      "checkpoint \(selected) selected among \(checkpoints.count)")
    let chosen = checkpoints[selected]
    top1 = chosen.top1
    top5 = chosen.top5
    balancedAccuracy = confusion.balancedAccuracy
    loss = chosen.loss
    (checkpoint, epoch, self.checkpoints) = (chosen.checkpoint, chosen.epoch, checkpoints)
    (self.selection, flip) = (selection, subject.flip)
    self.count = count
    (on, source, dataStatus) = (subject.on, subject.source, subject.dataStatus)
    (selectedOnTest, warnings) = (subject.selectedOnTest, subject.warnings)
    let names = subject.classNames
    classNames = names
    perClass = names.indices.map { index in
      let scores = confusion.scores(of: index)
      return ClassFigures(
        name: names[index], support: confusion.support(of: index),
        accuracy: percentage(confusion[index, index], of: confusion.support(of: index)),
        precision: scores.precision, recall: scores.recall, f1: scores.f1)
    }
    let mean = confusion.macroScores
    macro = Scores(precision: mean.precision, recall: mean.recall, f1: mean.f1)
    mostConfused = confusion.mostConfused(limit: 10).map {
      Confusion(
        truth: names[$0.truth], predicted: names[$0.predicted], count: $0.count, share: $0.share)
    }
    expectedCalibrationError = reliability.expectedCalibrationError
  }

  /// The report as JSON with sorted snake_case keys: equal figures give equal bytes.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}

/// A figure that is written as null if it is not finite, because JSON has only finite numbers: the
/// recall of a class without images, the loss of a diverged network.
@propertyWrapper
public struct NullUnlessFinite: Encodable, Sendable {
  public var wrappedValue: Double

  public init(wrappedValue: Double) { self.wrappedValue = wrappedValue }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue.isFinite ? wrappedValue : nil)
  }
}
