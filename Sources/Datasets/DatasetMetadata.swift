import Foundation
import Records
import TensorFiles

/// What every file that comes from a data set says of it.
struct DatasetMetadata {
  let classNames: [String]
  let dataStatus: DataStatus

  init(classNames: [String], dataStatus: DataStatus) {
    self.classNames = classNames
    self.dataStatus = dataStatus
  }

  /// As a tensor file's metadata. Class names are a JSON array, sorted by label.
  var entries: [String: String] {
    // A string needs escapes for quotes and backslashes alone: names have no control characters.
    let quoted = classNames.map { name in
      let escaped = name.replacingScalar("\\", by: "\\\\")
        .replacingScalar("\"", by: "\\\"")
      return "\"\(escaped)\""
    }
    return [
      "class_names": "[\(quoted.joined(separator: ", "))]", "data_status": dataStatus.rawValue,
    ]
  }

  init(of file: TensorFile) throws {
    let text = try file.requiredMetadata("class_names")
    guard let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8)),
      (1...ImageSet.mostClasses).contains(names.count), names.allSatisfy(PrintableText.isPrintable)
    else {
      throw TensorFileError.unusableMetadata(
        file: file.url.path, key: "class_names", found: text,
        expected: "a JSON array of 1 to 1,000 printable names")
    }
    self.init(classNames: names, dataStatus: try file.choice("data_status"))
  }
}

extension ImageSet {
  /// What every file made of these images says of them: `class_names` and `data_status`.
  public var fileMetadata: [String: String] {
    DatasetMetadata(classNames: classNames, dataStatus: dataStatus).entries
  }
}

extension TensorFile {
  /// The metadata under `key`, as one of the words of `Choice`.
  func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, as type: Choice.Type = Choice.self
  ) throws -> Choice where Choice.RawValue == String {
    let found = try requiredMetadata(key)
    guard let choice = Choice(rawValue: found) else {
      throw TensorFileError.unusableMetadata(
        file: url.path, key: key, found: found,
        expected: Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }
}

/// What can be wrong with a data set's file that is a sound tensor file.
public enum DatasetFileError: PrintableError, Equatable {
  /// The images are not square, or smaller or larger than images can be.
  case side(file: String, shape: [Int])

  public var message: String {
    switch self {
    case .side(let file, let shape):
      "\(file): images of shape \(shape), expected [N, 3, side, side] with a side of"
        + " \(ImageSet.sides.lowerBound) to \(ImageSet.sides.upperBound); rerun the stage that wrote the file"
    }
  }
}
