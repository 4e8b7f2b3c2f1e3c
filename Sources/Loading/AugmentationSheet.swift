import Augmentation
import Datasets
import Foundation
import TensorFiles
import Tensors

/// Images as a network sees them in training: a row an image, the first column the image unchanged but
/// for its size, the others what the epochs 1, 2, … make of it.
///
/// The tensor file, schema `augmented`, holds
///
///     images   U8  [rows, columns, 3, side, side]
///     labels   U8  [rows]    I32 above 256 classes
///
/// with the metadata `class_names`, `data_status` and `augmentations`, their kinds in order.
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

  /// The first images of a set, as a `BatchLoader` with the same arguments makes them; of a set that begins
  /// with images of one class, as folders do, images at equal distances.
  ///
  /// - Parameters:
  ///   - rows: Images, if the set has as many.
  ///   - draws: Epochs; none are shown where there are no augmentations.
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

  /// Writes the file whole or not at all.
  public func write(to url: URL) throws {
    var writer = TensorFileWriter(schema: "augmented", metadata: metadata)
    writer.add("images", shape: [rows, columns, ImageSet.channels, side, side], pixels)
    writer.add("labels", labels: labels, classes: classes)
    try writer.write(to: url)
  }
}
