import Foundation
import NumPyFiles
import Records
import TensorFiles
import Tensors

/// Images and labels as arrays: one `.npz` or safetensors file, a folder of `.npy`, or one `.npy`
/// of images with the labels in the same folder.
///
/// Pixels are bytes, `[N, H, W, 3]`, `[N, 3, H, W]` or, grey, `[N, H, W]`; labels are integers
/// `[N]` or `[N, 1]`, counted from 0. MedMNIST, CIFAR-10.1 and CIFAR-10-C have this form.
public enum ArrayDataset {
  /// Reads a data set with all of its parts.
  ///
  /// Parts are found by the names of arrays: `train_images` and `train_labels`, `val_…`, `test_…`,
  /// or `x_train` and `y_train`, …; `images` and `labels` alone are images to train on.
  ///
  /// - Throws: `ArrayDatasetError`, or what the readers of the files throw.
  public static func read(at url: URL) throws -> ParsedDataset {
    if let pair = try ArrayPair(imagesAt: url) {
      let part = try pair.labelled()
      let names = try classNames(
        of: [(part, pair.place.labels)], stated: nil, file: url.relativePath)
      return ParsedDataset(train: imageSet(part, names))
    }
    let container = try ArrayContainer(url)
    let pairs = ArrayPair.parts.map { ArrayPair(part: $0, of: container) }
    guard let train = try pairs[0]?.labelled(), let trainLabels = pairs[0]?.place.labels else {
      throw try ArrayPair.missing(in: container, at: url)
    }
    var parts = [(train, trainLabels)]
    let others = try pairs.dropFirst().map { pair in
      try pair.map { pair in
        let part = try pair.labelled()
        guard part.side == train.side else {
          throw ArrayDatasetError.differentSides(
            array: pair.place.images, found: part.side, expected: train.side)
        }
        parts.append((part, pair.place.labels))
        return part
      }
    }
    let names = try classNames(
      of: parts, stated: container.statedClassNames, file: container.path)
    return ParsedDataset(
      train: imageSet(train, names), validation: others[0].map { imageSet($0, names) },
      test: others[1].map { imageSet($0, names) })
  }

  /// Reads one set of labelled images, to evaluate on: the test images if the file has them,
  /// otherwise its only images.
  ///
  /// - Parameters:
  ///   - classNames: The names of the classes; if nil, those that the file states, or numbers.
  ///     where nil.
  /// - Throws: `ArrayDatasetError`, or what the readers of the files throw.
  public static func readSet(at url: URL, classNames: [String]? = nil) throws -> ImageSet {
    if let pair = try ArrayPair(imagesAt: url) {
      return try set(pair, classNames, stated: nil, file: url.relativePath)
    }
    let container = try ArrayContainer(url)
    let pairs = ArrayPair.parts.map { ArrayPair(part: $0, of: container) }
    guard let pair = pairs[2] ?? pairs[0] else {
      throw try ArrayPair.missing(in: container, at: url)
    }
    return try set(
      pair, classNames, stated: container.statedClassNames, file: container.path)
  }

  /// The files of a folder that share one `labels.npy`, as CIFAR-10-C's corruptions do, sorted by
  /// name; empty for other folders.
  public static func filesWithSharedLabels(in folder: URL) -> [URL] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
    guard names.contains("labels.npy"), !names.contains("images.npy") else { return [] }
    return names.filter { $0.hasSuffix(".npy") && $0 != "labels.npy" }.sorted()
      .map { folder.appendingPathComponent($0) }
  }

  private static func set(
    _ pair: ArrayPair, _ expected: [String]?, stated: String?, file: String
  ) throws -> ImageSet {
    let part = try pair.labelled()
    let parts = [(part, pair.place.labels)]
    guard let expected else {
      return imageSet(part, try classNames(of: parts, stated: stated, file: file))
    }
    if let stated, try parsedNames(stated, file: file) != expected {
      throw ArrayDatasetError.classNames(
        file: file, problem: "other classes than \(expected.prefix(3).joined(separator: ", ")), …")
    }
    try check(part, below: expected.count, array: pair.place.labels)
    return imageSet(part, expected)
  }

  private static func imageSet(_ part: LabelledImages, _ classNames: [String]) -> ImageSet {
    ImageSet(
      images: part.images, labels: part.labels, side: part.side, classNames: classNames,
      dataStatus: .own, source: .arrays)
  }

  /// The names of the classes of all parts, the training images first: those that the file states,
  /// or numbers up to the largest label.
  private static func classNames(
    of parts: [(images: LabelledImages, labels: String)], stated: String?, file: String
  ) throws -> [String] {
    if let stated {
      let names = try parsedNames(stated, file: file)
      for part in parts { try check(part.images, below: names.count, array: part.labels) }
      return names
    }
    let train = parts[0]
    if let least = train.images.labels.min(), least > 0 {
      throw ArrayDatasetError.labelsFromOne(array: train.labels, least: Int(least))
    }
    let largest = parts.compactMap { $0.images.labels.max() }.max() ?? 0
    guard largest > 0 else { throw ArrayDatasetError.tooFewClasses(array: train.labels, found: 1) }
    return (0...largest).map { String($0) }
  }

  private static func parsedNames(_ text: String, file: String) throws -> [String] {
    let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8))
    guard let names, (2...ImageSet.mostClasses).contains(names.count),
      Set(names).count == names.count,
      names.allSatisfy({ !$0.isEmpty && PrintableText.isPrintable($0) })
    else {
      throw ArrayDatasetError.classNames(
        file: file, problem: PrintableText.escaped(text, limit: 60))
    }
    return names
  }

  private static func check(
    _ part: LabelledImages, below classes: Int, array: String
  ) throws(ArrayDatasetError) {
    guard let image = part.labels.firstIndex(where: { $0 >= classes }) else { return }
    throw .label(array: array, image: image, found: Int(part.labels[image]), classes: classes)
  }
}
