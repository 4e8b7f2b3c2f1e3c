import Foundation
import TensorFiles

/// The recipe's section `dataset`.
public struct DatasetSettings: Sendable, Decodable {
  public let source: DataSource
  public let url: String?
  public let archive: String?
  public let seed: Int
  /// Training images; nil for 8,000 drawn ones, or all that the archive has.
  public let trainingImages: Int?
  /// Test images; nil for 2,000 drawn ones, or all that the archive has.
  public let testImages: Int?

  /// Images that are drawn where the recipe gives no numbers.
  public static let drawnByDefault = (training: 8000, test: 2000)

  public init(
    source: DataSource, url: String? = nil, archive: String? = nil, seed: Int = 42,
    trainingImages: Int? = nil, testImages: Int? = nil
  ) {
    self.source = source
    self.url = url
    self.archive = archive
    self.seed = seed
    self.trainingImages = trainingImages
    self.testImages = testImages
  }

  /// Where the images are to come from.
  public func location() throws(DatasetSettingsError) -> DataLocation {
    if source == .shapes {
      for (key, value) in [("url", url), ("archive", archive)] {
        guard let value else { continue }
        throw .unusedAddress(key: key, value: value)
      }
      return .drawn(
        Shapes(seed: seed), training: trainingImages ?? Self.drawnByDefault.training,
        test: testImages ?? Self.drawnByDefault.test)
    }
    switch (url, archive) {
    case (nil, nil): return .official
    case (let url?, nil): return .address(url)
    case (nil, let archive?): return .local(archive)
    case (let url?, let archive?): throw .twoAddresses(url: url, archive: archive)
    }
  }
}

extension DatasetSettings {
  /// How many images the recipe will leave of each file, as far as that can be known before the images are
  /// there.
  ///
  /// - Parameter folder: That to which a relative path of the recipe refers.
  /// - Throws: What `location()` and `chosen(among:)` throw.
  public func expectedCounts(
    relativeTo folder: URL
  ) throws(DatasetSettingsError) -> (training: Int?, test: Int?) {
    let available: (training: Int?, test: Int?) =
      switch try location() {
      case .drawn(_, let training, let test): (training, test)
      case .official, .address: CIFARBatches.archiveCounts
      case .local(let path):
        CIFARBatches.recordCounts(at: URL(fileURLWithPath: path, relativeTo: folder))
      }
    try Self.check(trainingImages, key: "training-images", available: available.training)
    try Self.check(testImages, key: "test-images", available: available.test)
    return (trainingImages ?? available.training, testImages ?? available.test)
  }

  private static func check(
    _ count: Int?, key: String, available: Int?
  ) throws(DatasetSettingsError) {
    guard let count, let available, count > available else { return }
    throw .tooManyImages(key: key, found: count, available: available)
  }

  /// The images that the recipe asks for among those that were parsed: all, or a stratified subset of
  /// each file.
  public func chosen(
    among parsed: (train: ImageSet, test: ImageSet)
  ) throws(DatasetSettingsError) -> (train: ImageSet, test: ImageSet) {
    func chosen(
      _ count: Int?, among images: ImageSet, of file: Origin, key: String
    ) throws(DatasetSettingsError) -> ImageSet {
      guard let count else { return images }
      try Self.check(count, key: key, available: images.count)
      return images.stratifiedSubset(count, of: file, seed: seed)
    }
    return (
      try chosen(trainingImages, among: parsed.train, of: .train, key: "training-images"),
      try chosen(testImages, among: parsed.test, of: .test, key: "test-images")
    )
  }
}

/// Where images come from.
public enum DataLocation: Sendable {
  /// Drawn here.
  case drawn(Shapes, training: Int, test: Int)
  /// CIFAR-10's own address.
  case official
  /// Another address of a CIFAR-10 archive.
  case address(String)
  /// An archive or a folder on this machine.
  case local(String)
}

/// The recipe's section `split`.
public struct SplitSettings: Sendable, Decodable {
  public let kind: Split.Kind
  public let validation: Split.Validation
  public let seed: Int
}

extension SplitSettings {
  /// Checks what can be known of the split before the images are there.
  public func check(trainingImages: Int) throws(SplitError) {
    guard case .images(let count) = validation else { return }
    try Split.check(
      count, kind, images: trainingImages, classes: CIFARRecords.classCount)
  }
}

/// A number of images, or `test`.
extension Split.Validation: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let count = try? container.decode(Int.self) {
      self = .images(count)
    } else if try container.decode(String.self) == "test" {
      self = .test
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "split.validation takes a number of images, or 'test'")
    }
  }
}

/// The recipe's section `preprocess`.
public struct PreprocessSettings: Sendable, Decodable {
  public enum Normalize: String, Sendable, Decodable {
    case half, constants, statistics
    case perImage = "per-image"
  }

  public let normalize: Normalize
  public let mean: [Double]?
  public let std: [Double]?

  public init(normalize: Normalize, mean: [Double]? = nil, std: [Double]? = nil) {
    self.normalize = normalize
    self.mean = mean
    self.std = std
  }

  /// The normalisation that is asked for, with its constants.
  ///
  /// - Parameter statistics: Those of the training images, used where the settings say so.
  public func normalization(_ statistics: ChannelStatistics) throws(DatasetSettingsError)
    -> Normalization
  {
    switch normalize {
    case .perImage: return .perImage
    case .half: return try Self.constants(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
    case .statistics: return try Self.constants(mean: statistics.mean, std: statistics.std)
    case .constants: return try givenConstants()
    }
  }

  /// The normalisation that the recipe gives in full.
  func givenConstants() throws(DatasetSettingsError) -> Normalization {
    guard let mean else { throw .missingConstants(key: "mean") }
    guard let std else { throw .missingConstants(key: "std") }
    return try Self.constants(mean: mean, std: std)
  }

  private static func constants(mean: [Double], std: [Double]) throws(DatasetSettingsError)
    -> Normalization
  {
    let (means, deviations) = (mean.map(Float.init), std.map(Float.init))
    guard Normalization.areMeans(means) else {
      throw .constants(key: "mean", found: mean, expected: Normalization.meanRange)
    }
    guard !std.contains(0) else { throw .deviation(found: std) }
    guard Normalization.areDeviations(deviations) else {
      throw .constants(key: "std", found: std, expected: Normalization.deviationRange)
    }
    return .constants(mean: means, std: deviations)
  }
}

/// Settings that are each well formed and don't go together.
public enum DatasetSettingsError: PrintableError, Equatable {
  /// An address of images that the source does not read.
  case unusedAddress(key: String, value: String)
  /// Two addresses of images.
  case twoAddresses(url: String, archive: String)
  /// More images are asked for than there are.
  case tooManyImages(key: String, found: Int, available: Int)
  /// Constants are asked for and not given.
  case missingConstants(key: String)
  /// Not three numbers that a mean, or a standard deviation, of pixel/255 can be.
  case constants(key: String, found: [Double], expected: String)
  /// A deviation that can't be divided by.
  case deviation(found: [Double])

  public var message: String {
    switch self {
    case .unusedAddress(let key, let value):
      "dataset.\(key) is '\(value)', but dataset.source is shapes, which are drawn here; set"
        + " dataset.source: cifar-10"
    case .twoAddresses(let url, let archive):
      "dataset.url is '\(url)' and dataset.archive is '\(archive)', expected one of them; leave one out"
    case .missingConstants(let key):
      "preprocess.normalize is constants and preprocess.\(key) is not given, expected three numbers"
        + " in units of pixel/255"
    case .tooManyImages(let key, let found, let available):
      "dataset.\(key) is \(found), and the archive has \(available); lower it, or leave it out for all"
    case .constants(let key, let found, let expected):
      "preprocess.\(key) is \(found), expected three numbers \(expected) in units of pixel/255, for"
        + " red, green and blue; divide numbers of 0 to 255 by 255"
    case .deviation(let found):
      "standard deviations \(found), expected all above 0: a channel that never changes can't be"
        + " normalised; set preprocess.normalize to half or constants"
    }
  }
}
