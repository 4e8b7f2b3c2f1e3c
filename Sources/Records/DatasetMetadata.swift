import Foundation
import TensorFiles

/// What every tensor file that comes from a data set says of it, in its metadata `class_names` and
/// `data_status`.
public struct DatasetMetadata: Sendable, Equatable {
  /// Sorted by label.
  public let classNames: [String]
  public let dataStatus: DataStatus

  /// The most classes that a data set may have.
  public static let mostClasses = 1_000

  public init(classNames: [String], dataStatus: DataStatus) {
    self.classNames = classNames
    self.dataStatus = dataStatus
  }

  /// As a tensor file's metadata. Class names are a JSON array.
  public var entries: [String: String] {
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

  /// - Throws: `TensorFileError.unusableMetadata`.
  public init(of file: TensorFile) throws {
    let text = try file.requiredMetadata("class_names")
    guard let names = try? JSONDecoder().decode([String].self, from: Data(text.utf8)),
      (1...Self.mostClasses).contains(names.count), names.allSatisfy(PrintableText.isPrintable)
    else {
      throw TensorFileError.unusableMetadata(
        file: file.url.path, key: "class_names", found: text,
        expected: "a JSON array of 1 to 1,000 printable names")
    }
    self.init(classNames: names, dataStatus: try file.choice("data_status"))
  }
}
