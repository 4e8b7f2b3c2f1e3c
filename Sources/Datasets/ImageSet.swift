import Records
import Tensors

/// Labelled square RGB images of one size as bytes, with the facts that later stages need.
///
/// Normalising, resizing and augmenting happen where batches are made; a data set is always bytes.
public struct ImageSet: Sendable, Equatable {
  /// Red, green, blue.
  public static let channels = 3
  /// The allowed sides of images.
  public static let sides = 16...256
  /// The largest number of classes.
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
  /// How the images were chosen and how to normalise them; nil for a parsed data set.
  public let preparation: Preparation?
  /// Images at the end of a parsed set that its source reserves for validation; 0 for none.
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

/// One of the two files a data set is parsed into.
public enum Origin: String, Sendable, CaseIterable {
  case train, test
}

/// How a loader must normalise the pixels of a set.
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

/// How a set was derived from a parsed one.
public struct Preparation: Sendable, Equatable {
  /// Image `i` is the record `indices[i]` of `takenFrom`.
  public let indices: [Int32]
  public let takenFrom: Origin
  public let normalization: Normalization
  /// True if the images that select a model also test it, as in some published
  /// protocols; the results of such a run do not estimate the accuracy on new images.
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
  /// The images at `indices`, in that order, with their origin.
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
