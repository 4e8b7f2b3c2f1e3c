import Records
import Tensors

/// Labelled square RGB images of one size as bytes, and what a later reader has to know of them.
///
/// Normalising, resizing and augmenting happen where batches are made; a data set is always bytes.
public struct ImageSet: Sendable, Equatable {
  /// Red, green, blue.
  public static let channels = 3
  /// The sides that images can have.
  public static let sides = 16...256
  /// The most classes that images can have.
  public static let mostClasses = DatasetMetadata.mostClasses

  /// Pixels `[N, 3, side, side]`.
  public let images: [UInt8]
  /// Labels `[N]`, each an index into `classNames`.
  public let labels: [ClassLabel]
  /// Width and height of an image.
  public let side: Int
  public let classNames: [String]
  public let dataStatus: DataStatus
  public let source: DataSource
  /// How the images were chosen and are to be normalised; nil for a data set as it was parsed.
  public let preparation: Preparation?
  /// Images at the end of a parsed set that its source has set aside for validation; 0 for none.
  public let setAsideCount: Int

  /// - Precondition: `images.count == 3 * side * side * labels.count`, every label below
  ///   `classNames.count`, as many indices in `preparation` as labels, and fewer images set aside than
  ///   there are, in a parsed set alone.
  public init(
    images: [UInt8], labels: [ClassLabel], side: Int, classNames: [String], dataStatus: DataStatus,
    source: DataSource, preparation: Preparation? = nil, setAsideCount: Int = 0
  ) {
    precondition(
      images.count == labels.count * Self.channels * side * side,
      "\(images.count) pixels for \(labels.count) labels of images of side \(side)")
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
    self.side = side
    self.classNames = classNames
    self.dataStatus = dataStatus
    self.source = source
    self.preparation = preparation
    precondition(
      setAsideCount == 0 || preparation == nil && (0..<labels.count).contains(setAsideCount),
      "\(setAsideCount) of \(labels.count) images set aside")
    self.setAsideCount = setAsideCount
  }

  /// Number of images.
  public var count: Int { labels.count }
  /// Pixels of one channel of an image.
  public var pixelsPerChannel: Int { side * side }
  /// Bytes of an image.
  public var pixelsPerImage: Int { Self.channels * pixelsPerChannel }

  /// 0 ..< count, as a selection of all images.
  public var allIndices: [Int32] { Array(0..<Int32(count)) }

  /// How many images each class has, in the order of `classNames`.
  public var classCounts: [Int] {
    var counts = [Int](repeating: 0, count: classNames.count)
    for label in labels { counts[Int(label)] += 1 }
    return counts
  }
}

/// Where the images come from: the recipe's `dataset.source`.
public enum DataSource: String, Sendable, Decodable, CaseIterable {
  /// Drawn by this program.
  case shapes
  case cifar10 = "cifar-10"
  case cifar100 = "cifar-100"
  /// Pictures in one folder for each class.
  case folder
  /// Arrays of pixels and labels: NumPy's files or safetensors.
  case arrays
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
    taking(
      indices.map(Int.init),
      preparation: Preparation(
        indices: indices, takenFrom: origin, normalization: normalization,
        selectedOnTest: selectedOnTest))
  }

  /// The images at `indices`, in that order.
  ///
  /// - Precondition: every index is below `count`.
  public func taking(_ indices: [Int], preparation: Preparation? = nil) -> ImageSet {
    var chosen: [UInt8] = []
    chosen.reserveCapacity(indices.count * pixelsPerImage)
    for index in indices {
      let first = index * pixelsPerImage
      chosen.append(contentsOf: images[first..<first + pixelsPerImage])
    }
    return ImageSet(
      images: chosen, labels: indices.map { labels[$0] }, side: side, classNames: classNames,
      dataStatus: dataStatus, source: source, preparation: preparation)
  }
}
