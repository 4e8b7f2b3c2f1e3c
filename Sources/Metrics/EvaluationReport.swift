import Foundation

/// The contents of `metrics.json`: what an evaluation found, on what, and with which reservations.
public struct EvaluationReport: Encodable, Sendable {
  /// Percent.
  @NullUnlessFinite public var top1: Double
  /// Percent; 100 of up to five classes, as `ClassificationTally.isTop5Telling` has it.
  @NullUnlessFinite public var top5: Double
  /// The mean recall of the classes that have images, percent.
  @NullUnlessFinite public var balancedAccuracy: Double
  /// Mean cross-entropy, without smoothing.
  @NullUnlessFinite public var loss: Double
  /// Images.
  public var count: Int
  /// "validation" or "test".
  public var on: String
  /// The checkpoint that all figures but `checkpoints` are of.
  public var checkpoint: String
  public var epoch: Int
  /// "listed", or "fallback" where training ended before every listed epoch.
  public var selection: String
  /// Whether each answer is the mean of those to the image and to its mirror image.
  public var flip: Bool
  public var dataStatus: String
  public var source: String
  public var selectedOnTest: Bool
  public var classNames: [String]
  public var perClass: [ClassFigures]
  public var macro: Scores
  public var mostConfused: [Confusion]
  @NullUnlessFinite public var expectedCalibrationError: Double
  /// The main figures of every checkpoint that was evaluated.
  public var checkpoints: [CheckpointFigures]
  public var warnings: [String]

  /// Unweighted means over the classes that occur among the images or among the answers, percent, each
  /// over the same classes; not a number where nothing was evaluated.
  public struct Scores: Encodable, Sendable {
    @NullUnlessFinite public var precision: Double
    @NullUnlessFinite public var recall: Double
    @NullUnlessFinite public var f1: Double
  }

  /// Percent. Of a class that occurs among the images or among the answers, a score with a zero below its
  /// line is 0; a class that occurs in neither has no scores. The accuracy is the recall of a class that
  /// has images, and is otherwise not a number.
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

  /// What the evaluated images are.
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
  ///   - checkpoints: All that were evaluated.
  ///   - selected: The place among them of the one that confusion and reliability are of.
  ///   - selection: How it was chosen.
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

  /// The report as JSON with sorted snake_case keys: equal figures are equal bytes.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}

/// A figure that is null in JSON, which has finite numbers only, where it is not one: the recall of a
/// class without images, the loss of a network that has diverged.
@propertyWrapper
public struct NullUnlessFinite: Encodable, Sendable {
  public var wrappedValue: Double

  public init(wrappedValue: Double) { self.wrappedValue = wrappedValue }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    try container.encode(wrappedValue.isFinite ? wrappedValue : nil)
  }
}
