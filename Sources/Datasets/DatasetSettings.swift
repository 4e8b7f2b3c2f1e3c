import Foundation

/// The recipe's section `dataset`.
public struct DatasetSettings: Sendable, Decodable {
  public let source: DataSource
  public let url: String?
  public let archive: String?
  public let seed: Int
  /// Training images; nil for 8,000 drawn ones, or all images of the source.
  public let trainingImages: Int?
  /// Test images; nil for 2,000 drawn ones, or all images of the source.
  public let testImages: Int?
  /// Which of CIFAR-100's two labels to use.
  public let labels: CIFARLabels
  /// Width and height to which pictures of a folder are resized.
  public let side: Int
  /// Fractions of each class for validation and test, if the source does not define these parts.
  public let validationFraction: Double
  public let testFraction: Double
  /// Whether unusable pictures, and copies in two parts, stop the stage.
  public let strict: Bool

  /// Numbers of drawn images if the recipe gives none.
  public static let drawnByDefault = (training: 8000, test: 2000)

  public init(
    source: DataSource, url: String? = nil, archive: String? = nil, seed: Int = 42,
    trainingImages: Int? = nil, testImages: Int? = nil, labels: CIFARLabels = .fine, side: Int = 64,
    validationFraction: Double = 0.1, testFraction: Double = 0.1, strict: Bool = false
  ) {
    self.source = source
    self.url = url
    self.archive = archive
    self.seed = seed
    self.trainingImages = trainingImages
    self.testImages = testImages
    self.labels = labels
    self.side = side
    self.validationFraction = validationFraction
    self.testFraction = testFraction
    self.strict = strict
  }

  /// Where to get the images.
  public func location() throws(DatasetSettingsError) -> DataLocation {
    switch source {
    case .shapes:
      for (key, value) in [("url", url), ("archive", archive)] {
        guard let value else { continue }
        throw .unusedAddress(key: key, value: value, source: source)
      }
      return .drawn(
        Shapes(seed: seed), training: trainingImages ?? Self.drawnByDefault.training,
        test: testImages ?? Self.drawnByDefault.test)
    case .cifar10, .cifar100:
      switch (url, archive) {
      case (nil, nil): return .official
      case (let url?, nil): return .address(url)
      case (nil, let archive?): return .local(archive)
      case (let url?, let archive?): throw .twoAddresses(url: url, archive: archive)
      }
    case .folder, .arrays:
      if let url { throw .unusedAddress(key: "url", value: url, source: source) }
      guard let archive else { throw .noArchive(source) }
      return .local(archive)
    }
  }

  /// The number of classes, if the source alone determines it.
  public var classCount: Int? {
    source == .shapes ? Shapes.classNames.count : cifarKind?.classCount(labels)
  }

  /// The CIFAR data set that the source is; nil for another.
  public var cifarKind: CIFARKind? {
    switch source {
    case .cifar10: .cifar10
    case .cifar100: .cifar100
    case .shapes, .folder, .arrays: nil
    }
  }
}

extension DatasetSettings {
  /// How many images of each file the recipe will keep, as far as that can be known before the images are
  /// available.
  ///
  /// - Parameter folder: The base of a relative path in the recipe.
  /// - Throws: What `location()` and `chosen(among:)` throw.
  public func expectedCounts(
    relativeTo folder: URL
  ) throws(DatasetSettingsError) -> (training: Int?, test: Int?) {
    let available: (training: Int?, test: Int?) =
      switch (try location(), cifarKind) {
      case (.drawn(_, let training, let test), _): (training, test)
      case (.local(let path), let kind?):
        CIFAREdition.expectedCounts(
          at: URL(fileURLWithPath: path, relativeTo: folder), of: kind)
      case (_, let kind?): CIFAREdition.archiveCounts(of: kind)
      case (_, nil): (nil, nil)
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

  /// The images of each part that the recipe selects: a stratified subset of the training and of the test
  /// images, as ascending indices. A part that stays whole is absent.
  ///
  /// - Throws: `DatasetSettingsError.tooManyImages` if a part has fewer.
  public func chosenIndices(
    among parsed: ParsedDataset
  ) throws(DatasetSettingsError) -> [DataPart: [Int]] {
    var chosen: [DataPart: [Int]] = [:]
    if let count = trainingImages {
      try Self.check(count, key: "training-images", available: parsed.train.count)
      chosen[.training] = parsed.train.stratifiedIndices(count, of: .train, seed: seed)
    }
    if let count = testImages, let test = parsed.test {
      try Self.check(count, key: "test-images", available: test.count)
      chosen[.test] = test.stratifiedIndices(count, of: .test, seed: seed)
    }
    return chosen
  }
}

/// Where images come from.
public enum DataLocation: Sendable {
  /// Images drawn by this program.
  case drawn(Shapes, training: Int, test: Int)
  /// The known addresses of the data set.
  case official
  /// Another address of its archive.
  case address(String)
  /// A file or a folder on this machine.
  case local(String)
}
