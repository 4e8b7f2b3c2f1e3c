import Augmentation
import Datasets
import Foundation
import TensorFiles
import Tensors

/// Images as a network sees them in training, one row per image: the first column shows the image
/// only resized, the others show its augmentations in epochs 1, 2, ….
///
/// The tensor file, schema `augmented`, holds
///
///     images   U8  [rows, columns, 3, side, side]
///     labels   U8  [rows]    I32 above 256 classes
///
/// with the metadata `class_names`, `data_status` and `augmentations`, the kinds in order.
public struct AugmentationSheet: Sendable {
  public let rows: Int
  public let columns: Int
  /// Width and height of an image.
  public let side: Int
  /// Pixels `[rows, columns, 3, side, side]`.
  public let pixels: [UInt8]
  private let labels: [ClassLabel]
  private let classes: Int
  private let metadata: [String: String]

  /// The first images of a set, augmented as by a `BatchLoader` with the same arguments. If the
  /// first images are all of one class, as in image folders, evenly spaced images are shown
  /// instead.
  ///
  /// - Parameters:
  ///   - rows: Number of images, at most those of the set.
  ///   - draws: Number of epochs; without augmentations none are shown.
  public init(
    of images: ImageSet, augmentations: [Augmentation], seed: Int, side: Int, rows: Int = 6,
    draws: Int = 11
  ) {
    let augmented = AugmentedImages(
      images, augmentations: augmentations, seed: seed, side: side)
    let kinds = augmentations.map(\.kind)
    let hasDraws = augmentations.contains { $0 != .resize }
    let epochs = [nil] + (hasDraws ? (1...draws).map(Optional.some) : [])
    self.rows = min(rows, images.count)
    self.side = side
    columns = epochs.count
    let shown = Self.shown(rows, of: images)
    labels = shown.map { images.labels[$0] }
    classes = images.classNames.count
    metadata = images.fileMetadata.merging(
      ["augmentations": kinds.joined(separator: " ")]
    ) { first, _ in first }
    var scratch = [UInt8](repeating: 0, count: augmented.scratchByteCount)
    var pixels: [UInt8] = []
    images.images.withUnsafeBufferPointer { source in
      scratch.withUnsafeMutableBufferPointer { scratch in
        guard let source = source.baseAddress, let scratch = scratch.baseAddress else { return }
        for index in shown {
          for epoch in epochs {
            let image = augmented.image(index, epoch: epoch, of: source, scratch: scratch)
            pixels += UnsafeBufferPointer(start: image, count: augmented.pixelsPerImage)
          }
        }
      }
    }
    self.pixels = pixels
  }

  private static func shown(_ rows: Int, of images: ImageSet) -> [Int] {
    let count = min(rows, images.count)
    guard Set(images.labels.prefix(count)).count == 1 else { return Array(0..<count) }
    return (0..<count).map { $0 * images.count / count }
  }

  /// Writes the file atomically.
  public func write(to url: URL) throws {
    var writer = TensorFileWriter(schema: "augmented", metadata: metadata)
    writer.add("images", shape: [rows, columns, ImageSet.channels, side, side], pixels)
    writer.add("labels", labels: labels, classes: classes)
    try writer.write(to: url)
  }
}
