import Foundation
import Records
import TensorFiles
import Tensors

/// The tensor file of a set of images, schema `images`:
///
///     images   U8  [N, 3, side, side]
///     labels   U8  [N]    I32 above 256 classes
///     indices  I32 [N]    only with a preparation, as `mean` and `std`
///     mean     F32 [3]    of pixel/255, where normalization is "constants"
///     std      F32 [3]
///
/// with the metadata `class_names` (a JSON array), `data_status` and `source`, with a preparation
/// `taken_from`, `normalization` and `selected_on_test`, and in version 2 `set_aside`, the number of
/// images at the end that the source reserves for validation.
extension ImageSet {
  static let schema = "images"
  /// Version 2 has images reserved for validation. A file without any is version 1, as before.
  private static let versions = (plain: 1, withImagesSetAside: 2)

  /// Writes the set atomically.
  public func write(to url: URL) throws {
    var metadata = fileMetadata
    metadata["source"] = source.rawValue
    if let preparation {
      metadata["taken_from"] = preparation.takenFrom.rawValue
      metadata["selected_on_test"] = String(preparation.selectedOnTest)
      metadata["normalization"] = preparation.normalization.name
    }
    if setAsideCount > 0 { metadata["set_aside"] = String(setAsideCount) }
    var writer = TensorFileWriter(
      schema: Self.schema,
      schemaVersion: setAsideCount > 0
        ? Self.versions.withImagesSetAside : Self.versions.plain, metadata: metadata)
    writer.add("images", shape: [count, Self.channels, side, side], images)
    writer.add("labels", labels: labels, classes: classNames.count)
    if let preparation {
      writer.add("indices", shape: [count], preparation.indices)
      if case .constants(let mean, let std) = preparation.normalization {
        writer.add("mean", shape: [Self.channels], mean)
        writer.add("std", shape: [Self.channels], std)
      }
    }
    try writer.write(to: url)
  }

  /// Reads a set, checking its digest and that its parts fit together.
  ///
  /// - Parameter stage: The stage that writes such files, for error messages.
  public init(contentsOf url: URL, producedBy stage: String = "STAGE") throws {
    let file = try TensorFile(contentsOf: url)
    try file.requireSchema(
      Self.schema, version: Self.versions.withImagesSetAside, oldest: Self.versions.plain,
      producedBy: stage)
    let metadata = try DatasetMetadata(of: file)
    let labels = try file.labels("labels", classes: metadata.classNames.count)
    let side = try Self.side(in: file)
    let images = try file.scalars(
      of: "images", as: UInt8.self, shape: [labels.count, Self.channels, side, side])
    self.init(
      images: images, labels: labels, side: side, classNames: metadata.classNames,
      dataStatus: metadata.dataStatus, source: try file.choice("source"),
      preparation: try Preparation(of: file, count: labels.count),
      setAsideCount: try Self.setAsideCount(in: file, of: labels.count))
  }

  private static func setAsideCount(in file: TensorFile, of count: Int) throws -> Int {
    guard let version = file.schemaVersion, version >= versions.withImagesSetAside else { return 0 }
    let text = try file.requiredMetadata("set_aside")
    guard let number = Int(text), (1..<max(count, 1)).contains(number),
      file.metadata["taken_from"] == nil
    else {
      throw TensorFileError.unusableMetadata(
        file: file.url.path, key: "set_aside", found: text,
        expected: "a number below that of the images, in a data set as it was parsed")
    }
    return number
  }
}

extension ImageSet {
  /// Width and height of the images in a file.
  private static func side(in file: TensorFile) throws -> Int {
    let shape = try file.shape(of: "images")
    guard shape.count == 4, shape[2] == shape[3], sides.contains(shape[3]) else {
      throw DatasetFileError.side(file: file.url.path, shape: shape)
    }
    return shape[3]
  }
}

extension Normalization {
  fileprivate var name: String {
    switch self {
    case .constants: "constants"
    case .perImage: "per-image"
    }
  }
}

extension Preparation {
  /// The preparation in a file of `count` images; nil if the file is a parsed data set.
  fileprivate init?(of file: TensorFile, count: Int) throws {
    guard file.metadata["taken_from"] != nil else { return nil }
    let channels = ImageSet.channels
    let normalization: Normalization
    switch try file.requiredMetadata("normalization") {
    case Normalization.perImage.name: normalization = .perImage
    case "constants":
      let mean = try file.scalars(of: "mean", as: Float.self, shape: [channels])
      let std = try file.scalars(of: "std", as: Float.self, shape: [channels])
      guard Normalization.areMeans(mean), Normalization.areDeviations(std) else {
        throw TensorFileError.unusableMetadata(
          file: file.url.path, key: "normalization", found: "means \(mean), deviations \(std)",
          expected: "means \(Normalization.meanRange), deviations \(Normalization.deviationRange) "
            + "in units of pixel/255")
      }
      normalization = .constants(mean: mean, std: std)
    case let found:
      throw TensorFileError.unusableMetadata(
        file: file.url.path, key: "normalization", found: found,
        expected: "constants or per-image")
    }
    self.init(
      indices: try file.scalars(of: "indices", as: Int32.self, shape: [count]),
      takenFrom: try file.choice("taken_from"), normalization: normalization,
      selectedOnTest: try file.requiredMetadata("selected_on_test") == "true")
  }
}

extension ImageSet {
  /// Metadata for every file made from these images: `class_names` and `data_status`.
  public var fileMetadata: [String: String] {
    DatasetMetadata(classNames: classNames, dataStatus: dataStatus).entries
  }
}
