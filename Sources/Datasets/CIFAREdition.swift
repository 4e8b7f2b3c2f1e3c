import Foundation
import Records
import TensorFiles

/// The files of a CIFAR data set in either edition, in memory and not yet parsed.
///
/// The same images, labels and order are published in a binary form and as Python pickles. Files are found
/// by name; their contents tell the form, so that both give the same data set.
public struct CIFAREdition: Sendable {
  public let kind: CIFARKind
  public let dataStatus: DataStatus
  /// The archive's or folder's name in errors.
  private let container: String
  /// Contents by name.
  private let files: [String: [UInt8]]
  /// The edition to which the names belong.
  private let naming: CIFARForm
  /// Required number of records per file; nil for any number.
  private let counts: (training: Int, test: Int)?
  private let source: DataSource

  /// Extracts the files from an archive with any compression that GNU tar knows. Nothing is written to
  /// disk, and other members are skipped.
  ///
  /// - Parameters:
  ///   - name: The archive's name in errors; its path if nil.
  ///   - recordCount: Required number of records per file; that of the official files if nil.
  /// - Throws: `ArchiveError` or `CIFARError`.
  public init(
    archive url: URL, of kind: CIFARKind = .cifar10, called name: String? = nil,
    recordCount: Int? = nil
  ) throws {
    let archive = try ArchiveFile(url, called: name)
    let counts =
      recordCount.map { (training: $0, test: $0) } ?? kind.officialCounts
    container = name ?? url.relativePath
    let contents = try archive.contents(Self.limits(of: kind, counts: counts))
    naming = try Self.naming(
      of: kind, among: Set(contents.members.keys), in: container,
      folders: CIFARForm.allCases.map { kind.folder($0) + "/" }, others: contents.otherNames)
    let prefix = kind.folder(naming) + "/"
    files = Dictionary(
      uniqueKeysWithValues: contents.members.filter { $0.key.hasPrefix(prefix) }
        .map { (String($0.key.dropFirst(prefix.count)), $0.value) })
    self.kind = kind
    self.counts = counts
    source = kind == .cifar10 ? .cifar10 : .cifar100
    let isOfficial = OfficialArchive.all(of: kind).contains { $0.digest == archive.digest }
    dataStatus = isOfficial ? .official : .unverified
    let namesFile = kind.namesFile(naming, .fine)
    guard files[namesFile] != nil else {
      throw CIFARError.missingMember(prefix + namesFile, container: container, of: kind)
    }
  }

  /// Reads the files in a folder, or in the folder within it that an archive would have unpacked. They
  /// may contain any number of records, and class names are the official ones if the folder has no file
  /// of them.
  ///
  /// - Throws: `ArchiveError` or `CIFARError`.
  public init(
    folder url: URL, of kind: CIFARKind = .cifar10, source: DataSource? = nil
  ) throws {
    let (folder, naming) = try Self.folder(of: kind, at: url)
    self.naming = naming
    container = folder.relativePath
    var files: [String: [UInt8]] = [:]
    for file in kind.files(naming) {
      files[file] = try Self.content(of: folder.appendingPathComponent(file))
    }
    self.files = files
    self.kind = kind
    counts = nil
    dataStatus = source?.isDrawn == true ? .generated : .unverified
    self.source = source ?? (kind == .cifar10 ? .cifar10 : .cifar100)
  }

  /// Reads a folder if `url` is one, otherwise an archive.
  public init(archiveOrFolder url: URL, of kind: CIFARKind = .cifar10) throws {
    if try ArchiveFile.isFolder(url) {
      try self.init(folder: url, of: kind)
    } else {
      try self.init(archive: url, of: kind)
    }
  }

  /// Reads and parses an archive or a folder.
  ///
  /// - Throws: `ArchiveError`, `CIFARError` or `PickleError`.
  public static func read(
    at url: URL, of kind: CIFARKind, labels: CIFARLabels = .fine
  ) throws -> ParsedDataset {
    try CIFAREdition(archiveOrFolder: url, of: kind).parse(labels: labels)
  }

  /// Parses the files into the training images, file after file, and the test images.
  ///
  /// - Parameter labels: Which of CIFAR-100's labels to use.
  /// - Throws: `CIFARError` or `PickleError`.
  public func parse(labels: CIFARLabels = .fine) throws -> ParsedDataset {
    let names = try classNames(labels)
    return ParsedDataset(
      train: try images(of: kind.trainingParts, labels, names, count: counts?.training),
      test: try images(of: [kind.testPart], labels, names, count: counts?.test))
  }

  private func images(
    of parts: [String], _ labels: CIFARLabels, _ classNames: [String], count: Int?
  ) throws -> ImageSet {
    var records = CIFARRecords(kind, labels: labels)
    for part in parts {
      let file = kind.file(of: part, naming)
      guard let bytes = files[file] else {
        throw CIFARError.missingMember(file, container: container, of: kind)
      }
      try records.append(
        file: bytes, named: "\(container)/\(file)",
        expecting: count.map { .exactly($0) } ?? .atLeastOne)
    }
    return ImageSet(
      images: records.images, labels: records.labels, side: CIFARRecords.side,
      classNames: classNames, dataStatus: dataStatus, source: source)
  }

  private func classNames(_ labels: CIFARLabels) throws -> [String] {
    let file = kind.namesFile(naming, labels)
    guard let bytes = files[file] else { return kind.officialNames(labels) }
    return try ClassNames.read(bytes, file: "\(container)/\(file)", of: kind, labels)
  }
}

// Finding the files
extension CIFAREdition {
  /// The largest size in bytes of each file of an archive, by its name in the archive.
  private static func limits(
    of kind: CIFARKind, counts: (training: Int, test: Int)
  ) -> [String: Int] {
    var limits: [String: Int] = [:]
    for form in CIFARForm.allCases {
      for file in kind.files(form) {
        limits["\(kind.folder(form))/\(file)"] = ClassNames.longestFile
      }
      for part in kind.parts {
        let records = part == kind.testPart ? counts.test : counts.training
        // Python 3 can write a byte as two, and each image comes with its original file name.
        let longest =
          form == .binary
          ? records * kind.recordLength : records * (2 * CIFARRecords.pixelsPerImage + 300) + 10_000
        limits["\(kind.folder(form))/\(kind.file(of: part, form))"] = longest
      }
    }
    return limits
  }

  /// The edition whose files exist.
  ///
  /// - Parameters:
  ///   - folders: The folder prefix of the names in each edition.
  ///   - others: Names of files that are not part of this data set.
  private static func naming(
    of kind: CIFARKind, among names: Set<String>, in container: String, folders: [String],
    others: [String]
  ) throws -> CIFARForm {
    let found = zip(CIFARForm.allCases, folders).filter { form, folder in
      kind.parts.contains { names.contains(folder + kind.file(of: $0, form)) }
    }.map(\.0)
    if found.count == 1 { return found[0] }
    guard found.isEmpty else { throw CIFARError.bothEditions(kind.parts[0], container: container) }
    let other = kind.other
    let hasOther = CIFARForm.allCases.contains { form in
      let file = other.file(of: other.trainingParts[0], form)
      return others.contains(file) || others.contains("\(other.folder(form))/\(file)")
    }
    if hasOther { throw CIFARError.otherDataSet(other, container: container) }
    if let foreign = ForeignDataset(names: others) {
      throw ArchiveError.foreign(archive: container, found: foreign.name, repair: foreign.repair)
    }
    let missing = kind.file(of: kind.parts[0], .binary)
    throw CIFARError.missingMember(missing, container: container, of: kind)
  }

  /// Where the files are: in the folder itself or, as unpacked, one level below.
  private static func folder(of kind: CIFARKind, at url: URL) throws -> (URL, CIFARForm) {
    func hasFiles(_ folder: URL, _ form: CIFARForm) -> Bool {
      kind.parts.contains {
        isFile(folder.appendingPathComponent(kind.file(of: $0, form)))
      }
    }
    let below = CIFARForm.allCases.map { (url.appendingPathComponent(kind.folder($0)), $0) }
      .filter(hasFiles)
    if !CIFARForm.allCases.contains(where: { hasFiles(url, $0) }), let found = below.first {
      guard below.count == 1 else {
        let names = CIFARForm.allCases.map(kind.folder)
        throw CIFARError.twoFolders(names, container: url.relativePath)
      }
      return found
    }
    let names = Set(
      CIFARForm.allCases.flatMap(kind.files).filter {
        isFile(url.appendingPathComponent($0))
      })
    let naming = try naming(
      of: kind, among: names, in: url.relativePath, folders: ["", ""],
      others: ForeignDataset.names(inFolder: url))
    return (url, naming)
  }

  private static func isFile(_ url: URL) -> Bool {
    let attributes = try? ArchiveFile.attributes(of: url)
    return attributes?[.type] as? FileAttributeType == .typeRegular
  }

  /// The bytes of a regular file; nil if there is none.
  private static func content(of url: URL) throws -> [UInt8]? {
    guard isFile(url) else { return nil }
    guard let content = try? Data(contentsOf: url, options: .mappedIfSafe) else {
      throw ArchiveError.unreadable(archive: url.relativePath, problem: "the file can't be read")
    }
    return [UInt8](content)
  }
}

extension CIFAREdition {
  /// Images of an official archive.
  static func archiveCounts(of kind: CIFARKind) -> (training: Int?, test: Int?) {
    let official = kind.officialCounts
    return (kind.trainingParts.count * official.training, official.test)
  }

  /// The number of images in an archive, which must be the official one, or in the files of a folder
  /// of the binary edition, from their lengths; nil if that can't be known before parsing.
  static func expectedCounts(
    at url: URL, of kind: CIFARKind
  ) -> (training: Int?, test: Int?) {
    guard (try? ArchiveFile.isFolder(url)) == true else { return archiveCounts(of: kind) }
    guard let (folder, naming) = try? Self.folder(of: kind, at: url) else { return (nil, nil) }
    func count(_ part: String) -> Int? {
      let file = folder.appendingPathComponent(kind.file(of: part, naming))
      let size = (try? ArchiveFile.attributes(of: file))?[.size] as? NSNumber
      guard let size, let start = try? FileHandle(forReadingFrom: file).read(upToCount: 2),
        CIFARRecords.form(of: [UInt8](start)) == .binary
      else { return nil }
      return size.intValue / kind.recordLength
    }
    let training = kind.trainingParts.map(count)
    return (
      training.contains(nil) ? nil : training.reduce(0) { $0 + ($1 ?? 0) }, count(kind.testPart)
    )
  }
}
