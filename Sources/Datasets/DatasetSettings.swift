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
    switch source.kind {
    case .drawn(let dataset):
      for (key, value) in [("url", url), ("archive", archive)] {
        guard let value else { continue }
        throw .unusedAddress(key: key, value: value, source: source)
      }
      return .drawn(
        dataset.init(seed: seed), training: trainingImages ?? Self.drawnByDefault.training,
        test: testImages ?? Self.drawnByDefault.test)
    case .cifar(let kind):
      switch (url, archive) {
      case (nil, nil): return .cifar(kind, .official)
      case (let url?, nil): return .cifar(kind, .address(url))
      case (nil, let archive?): return .cifar(kind, .local(archive))
      case (let url?, let archive?): throw .twoAddresses(url: url, archive: archive)
      }
    case .folder: return .folder(try archiveOfThisMachine())
    case .arrays: return .arrays(try archiveOfThisMachine())
    }
  }

  private func archiveOfThisMachine() throws(DatasetSettingsError) -> String {
    if let url { throw .unusedAddress(key: "url", value: url, source: source) }
    guard let archive else { throw .noArchive(source) }
    return archive
  }

  /// The number of classes, if the source alone determines it.
  public var classCount: Int? {
    switch source.kind {
    case .drawn(let dataset): dataset.classNames.count
    case .cifar(let kind): kind.classCount(labels)
    case .folder, .arrays: nil
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
      switch try location() {
      case .drawn(_, let training, let test): (training, test)
      case .cifar(let kind, .local(let path)):
        CIFAREdition.expectedCounts(
          at: URL(fileURLWithPath: path, relativeTo: folder), of: kind)
      case .cifar(let kind, _): CIFAREdition.archiveCounts(of: kind)
      case .folder, .arrays: (nil, nil)
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
  case drawn(any DrawnDataset, training: Int, test: Int)
  /// An archive.
  case cifar(CIFARKind, ArchiveLocation)
  /// A folder of pictures.
  case folder(String)
  /// A file or a folder of arrays.
  case arrays(String)
}

/// Where an archive is.
public enum ArchiveLocation: Sendable {
  /// The known addresses of the data set.
  case official
  /// Another address.
  case address(String)
  /// A file or a folder on this machine.
  case local(String)
}
