import Foundation

/// The results of an evaluation, the evaluated images, and warnings about the results: the file
/// `metrics.json`.
///
/// Accuracies and scores are in percent. A value that is not defined, such as the recall of a class
/// without images or the loss of a network that has diverged, is null in the file and nil here.
public struct EvaluationReport: Sendable, Equatable, Encodable {
  public static let fileName = "metrics.json"

  @NullWhereUndefined public var top1: Double?
  /// 100 if there are at most five classes.
  @NullWhereUndefined public var top5: Double?
  /// The mean recall of the classes that have images; nil in files of earlier versions.
  @NullWhereUndefined public var balancedAccuracy: Double?
  /// Mean cross-entropy, without label smoothing.
  @NullWhereUndefined public var loss: Double?
  /// Number of images.
  public var count: Int
  /// Which images these are: `validation`, `test`, or the name of another data set.
  public var on: String
  /// The checkpoint of all figures except `checkpoints`; nil if the file does not name it.
  public var checkpoint: String?
  public var epoch: Int?
  public var selection: SelectionKind?
  /// Whether each prediction averages those for the image and its mirror image.
  public var flip: Bool?
  /// The views whose logits are averaged for each prediction; nil for the image alone, and with
  /// `flip`.
  public var views: ImageViews.Kind?
  /// The fraction of images predicted from all views, above 0 and at most 1; nil without `views`.
  public var viewsFraction: Double?
  public var dataStatus: DataStatus
  /// The source of the images, as named in the recipe.
  public var source: String?
  /// Whether the epoch was selected on the test images.
  public var selectedOnTest: Bool
  /// Nil if the file does not contain them.
  public var classNames: [String]?
  public var perClass: [ClassFigures]
  /// Unweighted means over the classes that occur among the images or the predictions; all means
  /// are over the same classes.
  public var macro: Scores
  public var mostConfused: [Confusion]
  /// A fraction, 0 to 1; nil if no image was evaluated.
  @NullWhereUndefined public var expectedCalibrationError: Double?
  /// The main figures of every checkpoint that was evaluated.
  public var checkpoints: [CheckpointFigures]
  public var warnings: [String]

  public struct Scores: Sendable, Equatable, Codable {
    @NullWhereUndefined public var precision: Double?
    @NullWhereUndefined public var recall: Double?
    @NullWhereUndefined public var f1: Double?

    public init(precision: Double?, recall: Double?, f1: Double?) {
      (self.precision, self.recall, self.f1) = (precision, recall, f1)
    }
  }

  /// The figures of one class. If it occurs among the images or the predictions, a score whose
  /// denominator is zero is 0; otherwise the class has no scores. The accuracy is the recall of a
  /// class that has images, and otherwise nil.
  public struct ClassFigures: Sendable, Equatable, Codable {
    public var name: String
    /// Number of images of the class; nil if the file does not contain it.
    public var support: Int?
    @NullWhereUndefined public var accuracy: Double?
    @NullWhereUndefined public var precision: Double?
    @NullWhereUndefined public var recall: Double?
    @NullWhereUndefined public var f1: Double?

    public init(
      name: String, support: Int, accuracy: Double?, precision: Double?, recall: Double?,
      f1: Double?
    ) {
      (self.name, self.support, self.accuracy) = (name, support, accuracy)
      (self.precision, self.recall, self.f1) = (precision, recall, f1)
    }
  }

  /// Images of one class that were predicted as another.
  public struct Confusion: Sendable, Equatable, Codable {
    public var truth: String
    public var predicted: String
    public var count: Int
    /// Percent of the class's images.
    public var percent: Double

    public init(truth: String, predicted: String, count: Int, percent: Double) {
      (self.truth, self.predicted, self.count, self.percent) = (truth, predicted, count, percent)
    }

    private enum CodingKeys: String, CodingKey {
      case truth, predicted, count
      case percent = "share"
    }
  }

  public struct CheckpointFigures: Sendable, Equatable, Codable {
    public var checkpoint: String
    public var epoch: Int
    @NullWhereUndefined public var top1: Double?
    @NullWhereUndefined public var top5: Double?
    @NullWhereUndefined public var loss: Double?

    public init(checkpoint: String, epoch: Int, top1: Double?, top5: Double?, loss: Double?) {
      (self.checkpoint, self.epoch) = (checkpoint, epoch)
      (self.top1, self.top5, self.loss) = (top1, top5, loss)
    }
  }

  /// The evaluated images and checkpoints.
  public struct Subject: Sendable {
    public var on: String
    public var dataStatus: DataStatus
    public var source: String
    public var selectedOnTest: Bool
    public var views: ImageViews
    public var classNames: [String]
    public var warnings: [String]

    public init(
      on: String, dataStatus: DataStatus, source: String, selectedOnTest: Bool, views: ImageViews,
      classNames: [String], warnings: [String]
    ) {
      (self.on, self.dataStatus, self.source) = (on, dataStatus, source)
      (self.selectedOnTest, self.views) = (selectedOnTest, views)
      (self.classNames, self.warnings) = (classNames, warnings)
    }
  }

  /// - Parameters:
  ///   - checkpoints: The figures of all evaluated checkpoints.
  ///   - selected: The index of the checkpoint that the other figures belong to.
  ///   - selection: How that checkpoint was selected.
  ///   - count: Number of images.
  /// - Precondition: `selected` is an index of `checkpoints`.
  public init(
    of subject: Subject, checkpoints: [CheckpointFigures], selected: Int, selection: SelectionKind,
    count: Int, balancedAccuracy: Double?, perClass: [ClassFigures], macro: Scores,
    mostConfused: [Confusion], expectedCalibrationError: Double?
  ) {
    precondition(
      checkpoints.indices.contains(selected),
      "checkpoint \(selected) selected among \(checkpoints.count)")
    let chosen = checkpoints[selected]
    (top1, top5, loss) = (chosen.top1, chosen.top5, chosen.loss)
    (checkpoint, epoch, self.checkpoints) = (chosen.checkpoint, chosen.epoch, checkpoints)
    (self.selection, self.count) = (selection, count)
    flip = subject.views.averagesProbabilities
    if subject.views.kind != .plain, !subject.views.averagesProbabilities {
      (views, viewsFraction) = (subject.views.kind, subject.views.fraction)
    }
    (on, source, dataStatus) = (subject.on, subject.source, subject.dataStatus)
    (selectedOnTest, warnings) = (subject.selectedOnTest, subject.warnings)
    (classNames, self.perClass, self.macro) = (subject.classNames, perClass, macro)
    (self.mostConfused, self.balancedAccuracy) = (mostConfused, balancedAccuracy)
    self.expectedCalibrationError = expectedCalibrationError
  }

  enum CodingKeys: String, CodingKey {
    case top1, top5, loss, count, on, checkpoint, epoch, selection, flip, views, source, macro
    case checkpoints, warnings
    case viewsFraction = "views_fraction"
    case balancedAccuracy = "balanced_accuracy"
    case dataStatus = "data_status"
    case selectedOnTest = "selected_on_test"
    case classNames = "class_names"
    case perClass = "per_class"
    case mostConfused = "most_confused"
    case expectedCalibrationError = "expected_calibration_error"
  }
}

extension EvaluationReport: Decodable {
  /// Fields that earlier versions did not write are nil or empty.
  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: CodingKeys.self)
    func figure(_ key: CodingKeys) throws -> Double? {
      try values.decodeIfPresent(Double.self, forKey: key)
    }
    top1 = try figure(.top1)
    top5 = try figure(.top5)
    balancedAccuracy = try figure(.balancedAccuracy)
    loss = try figure(.loss)
    count = try values.decode(Int.self, forKey: .count)
    on = try values.decode(String.self, forKey: .on)
    checkpoint = try values.decodeIfPresent(String.self, forKey: .checkpoint)
    epoch = try values.decodeIfPresent(Int.self, forKey: .epoch)
    selection = try values.decodeIfPresent(SelectionKind.self, forKey: .selection)
    flip = try values.decodeIfPresent(Bool.self, forKey: .flip)
    views = try values.decodeIfPresent(ImageViews.Kind.self, forKey: .views)
    viewsFraction = try values.decodeIfPresent(Double.self, forKey: .viewsFraction)
    guard viewsFraction.map({ $0 > 0 && $0 <= 1 }) ?? true else {
      throw DecodingError.dataCorruptedError(
        forKey: .viewsFraction, in: values,
        debugDescription: "expected a fraction above 0 and at most 1, found \(viewsFraction ?? 0)")
    }
    dataStatus = try values.decode(DataStatus.self, forKey: .dataStatus)
    source = try values.decodeIfPresent(String.self, forKey: .source)
    selectedOnTest = try values.decode(Bool.self, forKey: .selectedOnTest)
    classNames = try values.decodeIfPresent([String].self, forKey: .classNames)
    perClass = try values.decode([ClassFigures].self, forKey: .perClass)
    macro = try values.decode(Scores.self, forKey: .macro)
    mostConfused = try values.decodeIfPresent([Confusion].self, forKey: .mostConfused) ?? []
    expectedCalibrationError = try figure(.expectedCalibrationError)
    checkpoints = try values.decodeIfPresent([CheckpointFigures].self, forKey: .checkpoints) ?? []
    warnings = try values.decodeIfPresent([String].self, forKey: .warnings) ?? []
  }
}

extension EvaluationReport {
  /// Whether these are the test images of the run's own data set.
  public var isOnTest: Bool { on == "test" }

  /// The views of each image that the predictions average.
  public var imageViews: ImageViews {
    if let views { return ImageViews(views, fraction: viewsFraction ?? 1) }
    return flip == true ? .flip : .plain
  }

  /// "test", or with several views "test (6 views each)".
  public var subject: String { on + (imageViews.mark.map { " (\($0))" } ?? "") }

  /// The file's bytes: JSON with sorted keys, so that equal figures are equal bytes.
  public func json() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }
}
