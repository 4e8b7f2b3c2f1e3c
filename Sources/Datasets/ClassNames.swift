import TensorFiles

/// The names of CIFAR-10's classes, and the file that states those of a data set in its layout.
public enum ClassNames {
  /// In the order of the official labels.
  public static let cifar10 = [
    "airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck",
  ]

  /// The longest file of names that is read: the official one has 61 bytes.
  static let longestFile = 1_024

  /// The ten names in `batches.meta.txt`, one a line.
  ///
  /// Names become columns of tables and parts of file names, so they are kept to characters that
  /// need no quoting anywhere.
  ///
  /// - Parameter name: What to call the file in an error.
  public static func parse(_ bytes: [UInt8], file name: String) throws(CIFARError) -> [String] {
    guard bytes.count <= longestFile else {
      throw .classNamesTooLong(file: name, found: bytes.count, limit: longestFile)
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    var names: [String] = []
    for line in lines {
      let text = String(line.reversed().drop { $0 == " " }.reversed())
      guard !text.isEmpty else { continue }
      guard text.count <= 40, text.unicodeScalars.allSatisfy(isAllowed), !names.contains(text)
      else {
        throw .className(file: name, found: PrintableText.escaped(text, limit: 40))
      }
      names.append(text)
    }
    guard names.count == CIFARRecords.classCount else {
      throw .classNameCount(file: name, found: names.count)
    }
    return names
  }

  /// The file that `parse` reads back as `names`.
  public static func encode(_ names: [String]) -> [UInt8] {
    Array((names.joined(separator: "\n") + "\n").utf8)
  }

  private static func isAllowed(_ scalar: Unicode.Scalar) -> Bool {
    scalar.isASCII
      && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar)
        || " -_.".unicodeScalars.contains(scalar))
  }
}
