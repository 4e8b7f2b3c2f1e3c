/// The recipe's section `dataset`.
public struct DatasetSettings: Sendable, Decodable {
  public let source: DataSource
  public let url: String?
  public let archive: String?
  public let seed: Int
  public let trainingImages: Int
  public let testImages: Int

  /// Where the images are to come from.
  public func location() throws(DatasetSettingsError) -> DataLocation {
    if source == .shapes {
      for (key, value) in [("url", url), ("archive", archive)] {
        guard let value else { continue }
        throw .unusedAddress(key: key, value: value)
      }
      return .drawn(Shapes(seed: seed), training: trainingImages, test: testImages)
    }
    switch (url, archive) {
    case (nil, nil): return .official
    case (let url?, nil): return .address(url)
    case (nil, let archive?): return .local(archive)
    case (let url?, let archive?): throw .twoAddresses(url: url, archive: archive)
    }
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
    case .constants:
      guard let mean else { throw .missingConstants(key: "mean") }
      guard let std else { throw .missingConstants(key: "std") }
      return try Self.constants(mean: mean, std: std)
    }
  }

  private static func constants(mean: [Double], std: [Double]) throws(DatasetSettingsError)
    -> Normalization
  {
    for (key, values) in [("mean", mean), ("std", std)] {
      guard values.count == ImageSet.channels, values.allSatisfy(\.isFinite) else {
        throw .constants(key: key, found: values)
      }
    }
    guard std.allSatisfy({ $0 > 0 }) else { throw .deviation(found: std) }
    return .constants(mean: mean.map(Float.init), std: std.map(Float.init))
  }
}

/// Settings that are each well formed and don't go together.
public enum DatasetSettingsError: Error, Equatable, CustomStringConvertible {
  /// An address of images that the source does not read.
  case unusedAddress(key: String, value: String)
  /// Two addresses of images.
  case twoAddresses(url: String, archive: String)
  /// Constants are asked for and not given.
  case missingConstants(key: String)
  /// Not three finite numbers.
  case constants(key: String, found: [Double])
  /// A deviation that can't be divided by.
  case deviation(found: [Double])

  public var description: String {
    switch self {
    case .unusedAddress(let key, let value):
      "dataset.\(key) is '\(value)', but dataset.source is shapes, which are drawn here; set"
        + " dataset.source: cifar-10"
    case .twoAddresses(let url, let archive):
      "dataset.url is '\(url)' and dataset.archive is '\(archive)', expected one of them; leave one out"
    case .missingConstants(let key):
      "preprocess.normalize is constants and preprocess.\(key) is not given, expected three numbers"
        + " in units of pixel/255"
    case .constants(let key, let found):
      "preprocess.\(key) is \(found), expected three numbers, for red, green and blue"
    case .deviation(let found):
      "standard deviations \(found), expected all above 0: a channel that never changes can't be"
        + " normalised; set preprocess.normalize to half or constants"
    }
  }
}
