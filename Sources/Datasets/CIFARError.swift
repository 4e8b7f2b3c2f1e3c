import TensorFiles

/// Errors in the files of a CIFAR data set.
public enum CIFARError: PrintableError, Equatable {
  /// A file of official data has another length than its records.
  case size(file: String, found: Int, records: Int, of: CIFARKind)
  /// A file of user data does not end with a whole record, or is empty.
  case fractionalRecord(file: String, found: Int, of: CIFARKind)
  /// A label is not the number of a class.
  case label(file: String, record: Int, found: Int, classes: Int)
  /// A pickle of the Python edition with unexpected contents.
  case pickle(file: String, problem: String)
  /// A file of the data set is missing.
  case missingMember(String, container: String, of: CIFARKind)
  /// A file exists in both editions, so that the choice is ambiguous.
  case bothEditions(String, container: String)
  /// A folder contains both editions, each in a separate folder.
  case twoFolders([String], container: String)
  /// It is the other of the two data sets.
  case otherDataSet(CIFARKind, container: String)
  /// The file of class names is too long to be one.
  case classNamesTooLong(file: String, found: Int, limit: Int)
  /// The file of class names has another number of names than there are classes.
  case classNameCount(file: String, found: Int, expected: Int)
  /// A class name is too long, repeated, or has characters that are not allowed in tables.
  case className(file: String, found: String)

  public var message: String {
    switch self {
    case .size(let file, let found, let records, let kind):
      "\(file): \(NumberText.count(found, "byte")), expected \(records * kind.recordLength) (\(records) records of"
        + " \(kind.recordLength)); the data is cut or of another kind: get it again"
    case .fractionalRecord(let file, let found, let kind):
      "\(file): \(NumberText.count(found, "byte")), expected a whole number of records of \(kind.recordLength) bytes, at"
        + " least one; write each image as \(kind == .cifar10 ? "label" : "coarse label, fine label"),"
        + " 1,024 red, 1,024 green, 1,024 blue"
    case .label(let file, let record, let found, let classes):
      "\(file): record \(record) has label \(found), expected 0 to \(classes - 1); the file is damaged"
        + " or of another data set"
    case .pickle(let file, let problem):
      "\(file): \(problem); get the official archive, cifar-10-python.tar.gz or"
        + " cifar-100-python.tar.gz"
    case .missingMember(let member, let container, let kind):
      "\(container): no regular file \(member); \(kind.name) is \(Self.files(of: kind, .binary)), or"
        + " \(Self.files(of: kind, .python))"
    case .bothEditions(let part, let container):
      "\(container): \(part) and \(part).bin, expected one edition; move the other away"
    case .twoFolders(let names, let container):
      "\(container): \(names.joined(separator: " and ")), expected one edition; set dataset.archive to"
        + " one of the two"
    case .otherDataSet(let found, let container):
      "\(container): this is \(found.name), expected \(found.other.name); set dataset.source:"
        + " \(found.rawValue), or name another archive"
    case .classNamesTooLong(let file, let found, let limit):
      "\(file): \(NumberText.count(found, "byte")) of class names, expected at most \(limit)"
    case .classNameCount(let file, let found, let expected):
      "\(file): \(found) class names, expected \(expected)"
    case .className(let file, let found):
      "\(file): '\(found)' cannot name a class: expected 1 to 40 letters, digits, spaces, '-', '_' or"
        + " '.', each name once"
    }
  }

  private static func files(of kind: CIFARKind, _ form: CIFARForm) -> String {
    let parts = kind.trainingParts.map { kind.file(of: $0, form) }
    let training = parts.count == 1 ? parts[0] : "\(parts[0]) to \(parts[parts.count - 1])"
    return "\(training) and \(kind.file(of: kind.testPart, form)) (in an archive, with"
      + " \(kind.namesFile(form, .fine)), in \(kind.folder(form))/)"
  }
}
