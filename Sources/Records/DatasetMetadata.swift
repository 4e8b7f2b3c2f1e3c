import Foundation
import TensorFiles

/// The metadata `class_names` and `data_status` of every tensor file that is derived from a data
/// set.
public struct DatasetMetadata: Sendable, Equatable {
  /// Sorted by label.
  public let classNames: [String]
  public let dataStatus: DataStatus

  /// The largest number of classes of a data set.
  public static let mostClasses = 1_000

  public init(classNames: [String], dataStatus: DataStatus) {
    self.classNames = classNames
    self.dataStatus = dataStatus
  }

  /// The entries of a tensor file's metadata. Class names are a JSON array.
  public var entries: [String: String] {
    // Only quotes and backslashes need escapes, since names have no control characters.
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
