import Datasets
import TensorFiles

/// Why a folder of pictures can't be a data set: one case per rule.
public enum PictureFolderError: PrintableError, Equatable {
  /// There is no such folder, or one below it can't be read.
  case unreadable(folder: String)
  /// Two folders with different names are the same part.
  case twoFolders(folder: String, part: DataPart, names: [String])
  /// There is no training part.
  case noTraining(folder: String, found: [String])
  /// There are class folders next to the folders of the parts.
  case mixedLayout(folder: String, parts: [String], other: String)
  /// There are fewer than two class folders with files, or more than the limit of classes.
  case classCount(folder: String, found: [String], hasOnlyFiles: Bool)
  /// The name of a folder can't be a class name.
  case className(folder: String, name: String)
  /// A class has no folder in `train`, or is not a class of the network.
  case unknownClass(folder: String, part: DataPart, name: String, classes: [String])
  /// No picture of a part can be read.
  case noPictures(folder: String, part: DataPart, files: Int, first: String?)
  /// No training picture of a class can be read.
  case emptyClass(folder: String, name: String, files: Int)
  /// The pixels do not fit into memory.
  case noMemory(folder: String, files: Int, side: Int)
  /// There are unusable or repeated pictures, which the recipe does not allow.
  case problems(folder: String, count: Int, first: String)

  public var message: String {
    switch self {
    case .unreadable(let folder):
      "\(folder): cannot be read as a folder; check dataset.archive and the permissions"
    case .twoFolders(let folder, let part, let names):
      "\(folder): '\(names[0])' and '\(names[1])' both hold \(part.rawValue) pictures, expected one; move"
        + " the pictures of one into the other"
    case .noTraining(let folder, let found):
      "\(folder): \(Self.quoted(found)) without 'train'; put the pictures to train on into 'train', a"
        + " folder for each class"
    case .mixedLayout(let folder, let parts, let other):
      "\(folder): \(Self.quoted(parts)) beside '\(other)', expected either the folders of the parts or those"
        + " of the classes; move '\(other)' elsewhere"
    case .classCount(let folder, _, true):
      "\(folder): files and no folders, expected a folder for each class with its pictures in it"
    case .classCount(let folder, let found, false):
      found.count < 2
        ? "\(folder): \(found.isEmpty ? "no class folder" : "one class folder, '\(found[0])'") with files in"
          + " it, expected two or more: a folder for each class with its pictures in it"
        : "\(folder): \(found.count) class folders, expected at most \(ImageSet.mostClasses)"
    case .className(let folder, let name):
      "\(folder): folder '\(PrintableText.escaped(name, limit: 100))' can't name a class, expected at most"
        + " 100 printable characters; rename it"
    case .unknownClass(let folder, let part, let name, let classes):
      "\(folder): \(part == .training ? "" : "\(part.rawValue) ")pictures of '\(name)', expected only"
        + " classes that are trained on:"
        + " \(Self.quoted(Array(classes.prefix(5))))\(classes.count > 5 ? ", …" : "")"
    case .noPictures(let folder, let part, let files, let first):
      "\(folder): none of \(NumberText.count(files, "\(part.rawValue) file")) is a picture that can be read"
        + (first.map { ": \($0)" } ?? "")
    case .emptyClass(let folder, let name, let files):
      "\(folder): class '\(name)' has no training picture that can be read, of \(NumberText.count(files, "file")); add some, or"
        + " move its folder elsewhere"
    case .noMemory(let folder, let files, let side):
      "\(folder): no memory for \(NumberText.count(files, "image")) of \(side)×\(side); lower dataset.side, or end other"
        + " programs"
    case .problems(let folder, let count, let first):
      "\(folder): \(NumberText.count(count, "problem")), the first: \(first); all are listed above: repair them, or leave"
        + " dataset.strict out to go on without these pictures"
    }
  }

  private static func quoted(_ names: [String]) -> String {
    names.map { "'\($0)'" }.joined(separator: ", ")
  }
}
