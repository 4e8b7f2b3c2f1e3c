import Foundation
import NumPyFiles
import TensorFiles
import Tensors

/// An array of images and one of their labels, located but not yet read.
struct ArrayPair {
  /// Their names in errors.
  let place: (images: String, labels: String)
  private let images: () throws -> NumPyArray
  private let labels: () throws -> NumPyArray

  /// The names that the images and labels of a part can have.
  struct Part {
    let names: [(images: String, labels: String)]
  }

  /// Training images, validation images, test images.
  static let parts: [Part] = [
    Part(names: [("train_images", "train_labels"), ("x_train", "y_train"), ("images", "labels")]),
    Part(names: [
      ("val_images", "val_labels"), ("valid_images", "valid_labels"),
      ("validation_images", "validation_labels"), ("x_val", "y_val"),
    ]),
    Part(names: [("test_images", "test_labels"), ("x_test", "y_test")]),
  ]

  /// The pair of a part; nil if the container has no images for it.
  init?(part: Part, of container: ArrayContainer) {
    guard let names = part.names.first(where: { container.names.contains($0.images) }) else {
      return nil
    }
    place = (container.place(of: names.images), container.place(of: names.labels))
    let place = place
    images = { try container.array(names.images) }
    labels = {
      guard container.names.contains(names.labels) else {
        throw ArrayDatasetError.noLabels(array: place.images, expected: [names.labels])
      }
      return try container.array(names.labels)
    }
  }

  /// A `.npy` of images and the file of labels beside it: `NAME_labels.npy` for `NAME_images.npy` or
  /// `NAME_data.npy`, or else `labels.npy`. Nil if the file is no `.npy`.
  init?(imagesAt url: URL) throws {
    guard try !ArchiveFile.isFolder(url),
      try ArchiveFile.firstBytes(of: url).starts(with: [0x93] + "NUMPY".utf8)
    else { return nil }
    let folder = url.deletingLastPathComponent()
    let stem = url.deletingPathExtension().lastPathComponent
    let stems = ["_images", "_data"].filter { stem.hasSuffix($0) }
      .map { "\(stem.dropLast($0.count))_labels.npy" }
    let names = stems + ["labels.npy"]
    let found = names.first {
      FileManager.default.fileExists(atPath: folder.appendingPathComponent($0).path)
    }
    guard let found, url.lastPathComponent != found else {
      throw ArrayDatasetError.noLabels(
        array: url.relativePath, expected: names.map { "\($0) beside it" })
    }
    let labelsURL = folder.appendingPathComponent(found)
    place = (url.relativePath, labelsURL.relativePath)
    images = { try NumPyFile(contentsOf: url).array() }
    labels = { try NumPyFile(contentsOf: labelsURL).array() }
  }

  /// The error for a container without training images.
  static func missing(in container: ArrayContainer, at url: URL) throws -> any Error {
    if container.names.isEmpty, try ArchiveFile.isFolder(url),
      let foreign = ForeignDataset(names: ForeignDataset.names(inFolder: url))
    {
      return ArrayDatasetError.foreign(
        file: container.path, found: foreign.name, repair: foreign.repair)
    }
    return ArrayDatasetError.noImages(file: container.path, found: container.names)
  }

  /// Reads both.
  func labelled() throws -> LabelledImages {
    // Labels are small: they are checked before the images are read.
    let labels = try labels()
    let images = try images()
    guard images.type == .uint8 else {
      throw ArrayDatasetError.pixelType(array: place.images, found: "\(images.type)")
    }
    guard let layout = PixelLayout(images) else {
      throw ArrayDatasetError.imageShape(array: place.images, found: images.shape)
    }
    guard layout.height == layout.width, ImageSet.sides.contains(layout.height) else {
      throw ArrayDatasetError.imageSize(
        array: place.images, height: layout.height, width: layout.width)
    }
    guard layout.count > 0 else { throw ArrayDatasetError.empty(array: place.images) }
    guard labels.shape == [layout.count] || labels.shape == [layout.count, 1] else {
      throw ArrayDatasetError.labelShape(
        array: place.labels, found: labels.shape, images: layout.count)
    }
    let numbers = labels.integers
    if let image = numbers.firstIndex(where: { !(0..<ImageSet.mostClasses).contains($0) }) {
      throw ArrayDatasetError.label(
        array: place.labels, image: image, found: numbers[image], classes: ImageSet.mostClasses)
    }
    guard MemoryProbe.hasRoom(for: layout.byteCount) else {
      throw ArrayDatasetError.noMemory(array: place.images, byteCount: layout.byteCount)
    }
    return LabelledImages(
      images: layout.planes(of: images.bytes), labels: numbers.map { ClassLabel($0) },
      side: layout.height)
  }
}
