import Foundation

/// The progress of a running training: the file `progress.json` of its work folder, next to
/// `history.csv`. The trainer replaces it about once a second, for `watch` and the live page.
public struct TrainingProgress: Codable, Sendable, Equatable {
  public static let fileName = "progress.json"

  /// A class that was predicted as another in the validation after an epoch.
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
  /// The current epoch, counted from 1.
  public let epoch: Int
  public let lastEpoch: Int
  /// The fraction of the last epoch that is trained; nil if it is a whole epoch.
  public let lastEpochFraction: Double?
  /// Images of the epoch that were trained on.
  public let imagesDone: Int
  public let imagesInEpoch: Int
  /// 0 if it is not known yet.
  public let imagesPerSecond: Double
  /// The number of later epochs, each weighted by its work relative to the current epoch's; nil if
  /// all are equal.
  public let laterEpochs: Double?
  /// The mean loss of the epoch so far; 0 before its first step.
  public let loss: Double
  /// Whether the validation images are the test images.
  public let isSelectedOnTest: Bool
  public let dataStatus: DataStatus
  /// The most frequent confusions after the previous epoch, in descending order.
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

  /// The number of epochs, including the fraction of the last one.
  private var epochs: Double { Double(lastEpoch - 1) + (lastEpochFraction ?? 1) }

  /// Images of a whole epoch.
  private var wholeEpoch: Double {
    Double(imagesInEpoch) / (epoch == lastEpoch ? lastEpochFraction ?? 1 : 1)
  }

  /// Seconds until the end of the last epoch at the present rate, without validation; nil if the
  /// rate is not known.
  public var secondsLeft: Double? {
    guard imagesPerSecond > 0 else { return nil }
    if let laterEpochs {
      let now = Double(imagesInEpoch - imagesDone)
      return (now + laterEpochs * wholeEpoch) / imagesPerSecond
    }
    return (1 - fraction) * epochs * wholeEpoch / imagesPerSecond
  }

  /// The largest size of a file that is read, in bytes: enough for twenty confusions of classes
  /// with long names.
  private static let byteLimit = 65_536

  /// Reads a file's text; nil if it is not a valid progress file.
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

  /// Reads the file of a work folder; nil if there is no valid progress file.
  public init?(inFolder folder: URL) {
    let url = folder.appendingPathComponent(Self.fileName)
    guard let handle = try? FileHandle(forReadingFrom: url) else { return nil }
    defer { try? handle.close() }
    guard let data = try? handle.read(upToCount: Self.byteLimit + 1) else { return nil }
    self.init(parsing: data)
  }
}
