import Pickles
import TensorFiles

/// Class names, and the file that lists them in CIFAR's binary layout.
public enum ClassNames {
  /// The longest file of names accepted, in bytes; CIFAR-100's has about 700.
  static let longestFile = 4_096

  /// The names in a file such as `batches.meta.txt`, one per line.
  ///
  /// - Parameters:
  ///   - name: The file's name in errors.
  ///   - count: The required number of names.
  public static func parse(
    _ bytes: [UInt8], file name: String, count: Int = 10
  ) throws(CIFARError) -> [String] {
    guard bytes.count <= longestFile else {
      throw .classNamesTooLong(file: name, found: bytes.count, limit: longestFile)
    }
    let lines = String(decoding: bytes, as: UTF8.self).split(whereSeparator: \.isNewline)
    let names = lines.map { String($0.reversed().drop { $0 == " " }.reversed()) }
    return try checked(names.filter { !$0.isEmpty }, file: name, count: count)
  }

  /// The names in a file of either edition.
  static func read(
    _ bytes: [UInt8], file: String, of kind: CIFARKind, _ labels: CIFARLabels
  ) throws -> [String] {
    let count = kind.classCount(labels)
    guard CIFARRecords.form(of: bytes) == .python else {
      return try parse(bytes, file: file, count: count)
    }
    let key = kind == .cifar10 ? "label_names" : "\(labels.rawValue)_label_names"
    guard let names = try Pickle.read(bytes, file: file)[key]?.texts else {
      throw CIFARError.pickle(file: file, problem: "no list \(key)")
    }
    return try checked(names, file: file, count: count)
  }

  /// The names, checked for their number and characters.
  ///
  /// Names become columns of tables and parts of file names, so they are kept to characters that
  /// need no quoting anywhere.
  static func checked(
    _ names: [String], file: String, count: Int
  ) throws(CIFARError) -> [String] {
    var seen: Set<String> = []
    for name in names {
      guard !name.isEmpty, name.count <= 40, name.unicodeScalars.allSatisfy(isAllowed),
        seen.insert(name).inserted
      else { throw .className(file: file, found: PrintableText.escaped(name, limit: 40)) }
    }
    guard names.count == count else {
      throw .classNameCount(file: file, found: names.count, expected: count)
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
