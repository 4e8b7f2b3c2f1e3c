import Foundation

/// Where a running training stands: the file `progress.json` of its work folder, which the trainer
/// replaces about once a second, for `watch` and the live page. Beside it lies `history.csv`.
public struct TrainingProgress: Codable, Sendable, Equatable {
  public static let fileName = "progress.json"

  /// A class that was taken for another, in the validation after an epoch.
  public struct Confusion: Codable, Sendable, Equatable {
    public let truth: String
    public let predicted: String
    public let count: Int
    /// Percent of the class's images.
    public let percent: Double

    public init(truth: String, predicted: String, count: Int, percent: Double) {
      self.truth = truth
      self.predicted = predicted
      self.count = count
      self.percent = percent
    }
  }

  public let network: String
  /// The epoch under way, from 1.
  public let epoch: Int
  public let lastEpoch: Int
  /// The fraction of the last epoch that is trained; nil for the whole.
  public let lastEpochFraction: Double?
  /// Images of the epoch that were trained on.
  public let imagesDone: Int
  public let imagesInEpoch: Int
  /// 0 where it is not known yet.
  public let imagesPerSecond: Double
  /// The epochs after this one, each counted by its work relative to this one's; nil where all are
  /// the same.
  public let laterEpochs: Double?
  /// The mean loss of the epoch so far; 0 before its first step.
  public let loss: Double
  /// Whether the validation images are the test images.
  public let isSelectedOnTest: Bool
  public let dataStatus: DataStatus
  /// The most frequent confusions after the epoch before, the most frequent first.
  public let confusions: [Confusion]

  public init(
    network: String, epoch: Int, lastEpoch: Int, lastEpochFraction: Double? = nil, imagesDone: Int,
    imagesInEpoch: Int, imagesPerSecond: Double, laterEpochs: Double? = nil, loss: Double,
    isSelectedOnTest: Bool, dataStatus: DataStatus, confusions: [Confusion]
  ) {
    self.network = network
    self.epoch = epoch
    self.lastEpoch = lastEpoch
    self.lastEpochFraction = lastEpochFraction
    self.imagesDone = imagesDone
    self.imagesInEpoch = imagesInEpoch
    self.imagesPerSecond = imagesPerSecond
    self.laterEpochs = laterEpochs
    self.loss = loss
    self.isSelectedOnTest = isSelectedOnTest
    self.dataStatus = dataStatus
    self.confusions = confusions
  }
}

extension TrainingProgress {
  /// The fraction of all images of all epochs that were trained on, 0 to 1.
  public var fraction: Double { (Double(epoch - 1) + Double(imagesDone) / wholeEpoch) / epochs }

  /// Epochs, the last one as the fraction that it is.
  private var epochs: Double { Double(lastEpoch - 1) + (lastEpochFraction ?? 1) }

  /// Images of a whole epoch.
  private var wholeEpoch: Double {
    Double(imagesInEpoch) / (epoch == lastEpoch ? lastEpochFraction ?? 1 : 1)
  }

  /// Seconds until the last epoch's end at the present rate of work, without the validations; nil
  /// if the rate is not known.
  public var secondsLeft: Double? {
    guard imagesPerSecond > 0 else { return nil }
    if let laterEpochs {
      let now = Double(imagesInEpoch - imagesDone)
      return (now + laterEpochs * wholeEpoch) / imagesPerSecond
    }
    return (1 - fraction) * epochs * wholeEpoch / imagesPerSecond
  }

  /// Bytes of the longest file that is read: twenty confusions of classes with long names.
  private static let byteLimit = 65_536

  /// Reads a file's text; nil if it is not one that a trainer writes.
  public init?(parsing data: Data) {
    guard data.count <= Self.byteLimit,
      let found = try? JSONDecoder().decode(Self.self, from: data),
      (1...1_000_000).contains(found.lastEpoch), (1...found.lastEpoch).contains(found.epoch),
      found.lastEpochFraction.map({ $0 > 0 && $0 <= 1 }) ?? true,
      (1...1_000_000_000).contains(found.imagesInEpoch),
      (0...found.imagesInEpoch).contains(found.imagesDone),
      (0...1e12).contains(found.imagesPerSecond),
      (0...1e12).contains(found.laterEpochs ?? 0), found.confusions.count <= 100
    else { return nil }
    self = found
  }

  /// Reads the file of a work folder; nil if there is none, or none that a trainer writes.
  public init?(inFolder folder: URL) {
    let url = folder.appendingPathComponent(Self.fileName)
    guard let handle = try? FileHandle(forReadingFrom: url) else { return nil }
    defer { try? handle.close() }
    guard let data = try? handle.read(upToCount: Self.byteLimit + 1) else { return nil }
    self.init(parsing: data)
  }
}
