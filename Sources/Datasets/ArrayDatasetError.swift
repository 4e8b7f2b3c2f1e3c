import TensorFiles

/// Errors in arrays of images and labels. `array` is a file's path, with the array's name.
public enum ArrayDatasetError: PrintableError, Equatable {
  /// It is another kind of file.
  case foreign(file: String, found: String, repair: String)
  /// None of the arrays can be the images.
  case noImages(file: String, found: [String])
  /// There are images, and no labels for them.
  case noLabels(array: String, expected: [String])
  /// Pixels are not bytes.
  case pixelType(array: String, found: String)
  /// The shape is not that of images.
  case imageShape(array: String, found: [Int])
  /// Images are not square, too small or too large.
  case imageSize(array: String, height: Int, width: Int)
  /// There is no image.
  case empty(array: String)
  /// The labels are not one number per image.
  case labelShape(array: String, found: [Int], images: Int)
  /// A label is not the number of a class.
  case label(array: String, image: Int, found: Int, classes: Int)
  /// Labels of fewer than two classes.
  case tooFewClasses(array: String, found: Int)
  /// No image has the label 0: labels that are counted from 1.
  case labelsFromOne(array: String, least: Int)
  /// The class names in the file are not a list, or are fewer than its labels need.
  case classNames(file: String, problem: String)
  /// The parts have images of different sizes.
  case differentSides(array: String, found: Int, expected: Int)
  /// The images don't fit into memory.
  case noMemory(array: String, byteCount: Int)

  public var message: String {
    switch self {
    case .foreign(let file, let found, let repair):
      "\(file): \(found), expected NumPy arrays (.npz, .npy) or safetensors; \(repair)"
    case .noImages(let file, let found):
      "\(file): no arrays train_images and train_labels (or images and labels); it has "
        + (found.isEmpty ? "none" : Self.shown(found))
    case .noLabels(let array, let expected):
      "\(array): no labels for it, expected \(expected.joined(separator: " or "))"
    case .pixelType(let array, let found):
      "\(array): pixels of type \(found), expected |u1 (0 to 255); convert them by array.astype"
    case .imageShape(let array, let found):
      "\(array): an array \(found), expected images [N, H, W, 3], [N, 3, H, W] or [N, H, W]"
    case .imageSize(let array, let height, let width):
      "\(array): images of \(height)×\(width), expected squares of side \(ImageSet.sides.lowerBound)"
        + " to \(ImageSet.sides.upperBound); resize them"
    case .empty(let array): "\(array): no images"
    case .labelShape(let array, let found, let images):
      "\(array): labels \(found), expected [\(images)] or [\(images), 1]: one class for each image"
    case .label(let array, let image, let found, let classes):
      "\(array): image \(image) has label \(found), expected 0 to \(classes - 1)"
    case .tooFewClasses(let array, let found):
      "\(array): labels of \(found) class, expected 2 to \(ImageSet.mostClasses)"
    case .labelsFromOne(let array, let least):
      "\(array): the least label is \(least), expected 0: subtract \(least) from all"
    case .classNames(let file, let problem):
      "\(file): class_names: \(problem), expected a JSON array with a printable name for each class"
    case .differentSides(let array, let found, let expected):
      "\(array): images of side \(found), expected \(expected) as those to train on; resize them"
    case .noMemory(let array, let byteCount):
      "\(array): no memory for \(byteCount) bytes of pixels; end other programs, or take fewer images"
    }
  }

  private static func shown(_ names: [String]) -> String {
    let shown = names.prefix(12).map { PrintableText.escaped($0, limit: 40) }
    let rest = names.count > shown.count ? " and \(names.count - shown.count) more" : ""
    return shown.joined(separator: ", ") + rest
  }

  /// A file that is not a container of arrays, identified by its first bytes.
  init(foreignFile path: String, firstBytes: [UInt8]) {
    if firstBytes.starts(with: [0x1F, 0x8B]) {
      self = .foreign(
        file: path, found: "a gzip file",
        repair: "unpack it, or set dataset.source: cifar-10 where it is CIFAR's archive")
      return
    }
    let foreign = ForeignDataset(firstBytes: firstBytes)
    let format = ForeignFormat(firstBytes: firstBytes)
    self = .foreign(
      file: path, found: foreign?.name ?? format?.name ?? "another kind of file",
      repair: foreign?.repair ?? format?.repair ?? "save the arrays by numpy.savez")
  }
}
