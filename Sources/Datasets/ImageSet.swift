/// Labelled 32×32 RGB images as bytes, and what a later reader has to know of them.
///
/// Normalising, resizing and augmenting happen where batches are made; a data set is always bytes.
public struct ImageSet: Sendable, Equatable {
  /// Width and height of an image.
  public static let side = 32
  /// Red, green, blue.
  public static let channels = 3
  public static let pixelsPerChannel = side * side
  /// Bytes of an image, 3,072.
  public static let pixelsPerImage = channels * pixelsPerChannel

  /// Pixels `[N, 3, 32, 32]`.
  public let images: [UInt8]
  /// Labels `[N]`, each an index into `classNames`.
  public let labels: [UInt8]
  public let classNames: [String]
  public let dataStatus: DataStatus
  public let source: DataSource
  /// How the images were chosen and are to be normalised; nil for a data set as it was parsed.
  public let preparation: Preparation?

  /// - Precondition: `images.count == 3072 * labels.count`, every label below `classNames.count`, and
  ///   as many indices in `preparation` as labels.
  public init(
    images: [UInt8], labels: [UInt8], classNames: [String], dataStatus: DataStatus,
    source: DataSource, preparation: Preparation? = nil
  ) {
    precondition(
      images.count == labels.count * Self.pixelsPerImage,
      "\(images.count) pixels for \(labels.count) labels, expected 3072 each")
    precondition(
      labels.allSatisfy { $0 < classNames.count },
      "label \(labels.max() ?? 0) in a set of \(classNames.count) classes")
    if let preparation {
      precondition(
        preparation.indices.count == labels.count,
        "\(preparation.indices.count) indices for \(labels.count) labels")
    }
    self.images = images
    self.labels = labels
    self.classNames = classNames
    self.dataStatus = dataStatus
    self.source = source
    self.preparation = preparation
  }

  /// Number of images.
  public var count: Int { labels.count }

  /// 0 ..< count, as a selection of all images.
  public var allIndices: [Int32] { Array(0..<Int32(count)) }

  /// How many images each class has, in the order of `classNames`.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels { counts[Int(label)] += 1 }
    return counts
  }
}

/// How far the pixels can be trusted to be those that published figures were measured on.
public enum DataStatus: String, Sendable, CaseIterable {
  /// The archive's digest is that of the official one.
  case official
  /// CIFAR-10's layout, but not its archive: figures may differ from published ones.
  case unverified
  /// Drawn by this program.
  case generated

  /// What anyone who reads a figure measured on such data has to be told; nil where it is nothing.
  public var warning: String? {
    switch self {
    case .unverified:
      "unverified data: not the official CIFAR-10 archive, so figures may differ from published ones"
    case .official, .generated: nil
    }
  }
}

/// What the images show.
public enum DataSource: String, Sendable, Decodable, CaseIterable {
  case cifar10 = "cifar-10"
  case shapes
}

/// One of the two files a data set is parsed into.
public enum Origin: String, Sendable, CaseIterable {
  case train, test
}

/// How the pixels of a set are to be normalised by who loads it.
public enum Normalization: Sendable, Equatable {
  /// `(pixel / 255 - mean) / std`, with three means and three deviations.
  case constants(mean: [Float], std: [Float])
  /// `(x - mean(x)) / (std(x) + 1e-7)` over all values `x = pixel / 255` of the image itself.
  case perImage
}

extension Normalization: CustomStringConvertible {
  public var description: String {
    switch self {
    case .constants(let mean, let std): "(pixel/255 - \(mean)) / \(std), by channel"
    case .perImage: "each image by its own mean and deviation"
    }
  }
}

/// How a set was taken from a parsed one.
public struct Preparation: Sendable, Equatable {
  /// `indices[i]` is the record of `takenFrom` that image `i` was.
  public let indices: [Int32]
  public let takenFrom: Origin
  public let normalization: Normalization
  /// True where the images that select a model are also those that test it, as some published
  /// protocols have it; figures of such a run are no estimate of new images' accuracy.
  public let selectedOnTest: Bool

  public init(
    indices: [Int32], takenFrom: Origin, normalization: Normalization, selectedOnTest: Bool
  ) {
    self.indices = indices
    self.takenFrom = takenFrom
    self.normalization = normalization
    self.selectedOnTest = selectedOnTest
  }
}

extension ImageSet {
  /// The images at `indices`, in that order, with the note where they came from.
  ///
  /// - Precondition: every index is below `count`.
  public func selecting(
    _ indices: [Int32], from origin: Origin, normalization: Normalization, selectedOnTest: Bool
  ) -> ImageSet {
    var chosen: [UInt8] = []
    chosen.reserveCapacity(indices.count * Self.pixelsPerImage)
    for index in indices {
      let first = Int(index) * Self.pixelsPerImage
      chosen.append(contentsOf: images[first..<first + Self.pixelsPerImage])
    }
    return ImageSet(
      images: chosen, labels: indices.map { labels[Int($0)] }, classNames: classNames,
      dataStatus: dataStatus, source: source,
      preparation: Preparation(
        indices: indices, takenFrom: origin, normalization: normalization,
        selectedOnTest: selectedOnTest))
  }
}
