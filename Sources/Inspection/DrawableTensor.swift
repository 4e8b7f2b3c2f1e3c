import CheckedNumbers
import Foundation
import Pictures
import TensorFiles

/// A picture with its caption.
public struct ImageTile: Sendable, Equatable {
  public let image: PixelImage
  public let caption: String

  public init(image: PixelImage, caption: String = "") {
    (self.image, self.caption) = (image, caption)
  }
}

/// The tensor of a file that can be shown as pictures: `images`, U8 `[N, 3, H, W]`, captioned by
/// the class names of `labels` if the file has both, or `[rows, columns, 3, H, W]`; or `filters`,
/// F32 `[N, 3, H, W]`.
public struct DrawableTensor: Sendable {
  /// Pictures in the tensor.
  public let count: Int
  private let file: TensorFile
  private let name: String
  /// Pixels of one picture.
  public let width: Int
  public let height: Int

  /// Nil if the file has no such tensor, or one without pixels.
  public init?(in file: TensorFile) {
    for (name, scalarType) in [("images", ScalarType.uint8), ("filters", .float32)] {
      guard let shape = try? file.shape(of: name), (4...5).contains(shape.count),
        !shape.contains(0), (try? file.scalarType(of: name)) == scalarType
      else { continue }
      let picture = Array(shape.suffix(3))
      guard picture[0] == 3 else { continue }
      (self.file, self.name) = (file, name)
      count = shape.dropLast(3).reduce(1, *)
      (height, width) = (picture[1], picture[2])
      return
    }
    return nil
  }

  /// The first pictures, at most `limit`, in the order of the file.
  public func tiles(limit: Int) throws -> [ImageTile] { try tiles(0..<min(limit, count)) }

  /// One picture.
  ///
  /// - Precondition: `index` is below `count`.
  public func tile(at index: Int) throws -> ImageTile {
    precondition((0..<count).contains(index), "picture \(index) of \(count)")
    return try tiles(index..<index + 1)[0]
  }

  private func tiles(_ shown: Range<Int>) throws -> [ImageTile] {
    let size = 3 * height * width
    if name == "filters" {
      return try file.withScalars(of: name, as: Float.self) { scalars in
        shown.map { index in
          let planes = Self.bytes(ofFilter: Array(scalars[index * size..<(index + 1) * size]))
          return ImageTile(image: PixelImage(width: width, height: height, planes: planes))
        }
      }
    }
    let captions = try captions(for: shown)
    return try file.withScalars(of: name, as: UInt8.self) { scalars in
      zip(shown, captions).map { index, caption in
        let planes = scalars[index * size..<(index + 1) * size]
        let image = PixelImage(width: width, height: height, planes: planes)
        return ImageTile(image: image, caption: caption)
      }
    }
  }

  /// A filter's weights as bytes: zero is mid-grey, the largest magnitude black or white.
  private static func bytes(ofFilter weights: [Float]) -> [UInt8] {
    let largest = weights.lazy.map(\.magnitude).filter(\.isFinite).max() ?? 0
    return weights.map { weight in
      guard weight.isFinite, largest > 0 else { return 128 }
      // The division comes first, since 127.5 times a large weight could overflow.
      return UInt8(rounding: 127.5 + 127.5 * (weight / largest))
    }
  }

  /// The class names of the pictures, their labels if there are no names, or empty texts.
  private func captions(for shown: Range<Int>) throws -> [String] {
    guard (try? file.shape(of: "labels")) == [count],
      let labels = try? file.labels("labels", count: count, classes: 1 << 16)
    else { return shown.map { _ in "" } }
    let names = file.metadata["class_names"]
      .flatMap { try? JSONDecoder().decode([String].self, from: Data($0.utf8)) }
    return shown.map { index in
      let label = Int(labels[index])
      guard let names, label < names.count else { return "\(label)" }
      return PrintableText.escaped(names[label])
    }
  }
}
