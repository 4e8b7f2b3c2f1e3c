import Foundation
import TensorFiles

/// The files of a data set in CIFAR-10's binary layout, in memory and not yet parsed.
public struct CIFARBatches: Sendable {
  public static let trainingFiles = (1...5).map { "data_batch_\($0).bin" }
  public static let testFile = "test_batch.bin"
  public static let classNamesFile = "batches.meta.txt"
  /// The folder that an archive keeps them in.
  public static let archiveFolder = "cifar-10-batches-bin"
  /// Records in each file of the official data.
  public static let officialCount = 10_000

  /// What to call the archive or folder in errors.
  private let container: String
  private let members: [String: [UInt8]]
  private let count: CIFARRecords.Count
  public let dataStatus: DataStatus
  private let source: DataSource

  /// Takes the files out of an archive of any compression that GNU tar knows. Nothing is written to
  /// disk, and other members are passed over.
  ///
  /// - Parameters:
  ///   - name: What errors call the archive; its path where nil.
  ///   - recordCount: Records that each file has to hold.
  public init(
    archive url: URL, called name: String? = nil, recordCount: Int = officialCount
  ) throws {
    let archive = try ArchiveFile(url, called: name)
    let length = recordCount * CIFARRecords.recordLength
    var limits = [Self.classNamesFile: ClassNames.longestFile]
    for file in Self.trainingFiles + [Self.testFile] { limits[file] = length }
    let inFolder = Dictionary(
      uniqueKeysWithValues: limits.map { ("\(Self.archiveFolder)/\($0)", $1) })
    let found = try archive.members(inFolder)
    container = name ?? url.relativePath
    members = Dictionary(
      uniqueKeysWithValues: found.map { (String($0.dropFirst(Self.archiveFolder.count + 1)), $1) })
    count = .exactly(recordCount)
    dataStatus = archive.digest == ArchiveFile.officialDigest ? .official : .unverified
    source = .cifar10
    guard members[Self.classNamesFile] != nil else {
      throw CIFARError.missingMember(
        "\(Self.archiveFolder)/\(Self.classNamesFile)", container: container)
    }
  }

  /// Reads the files in a folder. They may hold any number of records, and class names are CIFAR-10's
  /// where the folder has no file of them.
  public init(folder url: URL, source: DataSource = .cifar10) throws {
    container = url.relativePath
    var members: [String: [UInt8]] = [:]
    for file in Self.trainingFiles + [Self.testFile, Self.classNamesFile] {
      members[file] = try Self.content(of: url.appendingPathComponent(file))
    }
    self.members = members
    count = .atLeastOne
    dataStatus = source == .shapes ? .generated : .unverified
    self.source = source
  }

  /// Reads a folder where `url` is one, else an archive.
  public init(archiveOrFolder url: URL) throws {
    let isFolder =
      try ArchiveFile.attributes(of: url)[.type] as? FileAttributeType == .typeDirectory
    if isFolder { try self.init(folder: url) } else { try self.init(archive: url) }
  }

  /// The bytes of a regular file; nil where there is none.
  private static func content(of url: URL) throws -> [UInt8]? {
    guard let attributes = try? ArchiveFile.attributes(of: url),
      attributes[.type] as? FileAttributeType == .typeRegular
    else { return nil }
    guard let content = try? Data(contentsOf: url, options: .mappedIfSafe) else {
      throw ArchiveError.unreadable(archive: url.relativePath, problem: "the file can't be read")
    }
    return [UInt8](content)
  }

  /// Parses the files into the training images, batch after batch, and the test images.
  public func parse() throws(CIFARError) -> ParsedDataset {
    var names = ClassNames.cifar10
    if let file = members[Self.classNamesFile] {
      names = try ClassNames.parse(file, file: "\(container)/\(Self.classNamesFile)")
    }
    return ParsedDataset(
      train: try images(of: Self.trainingFiles, classNames: names),
      test: try images(of: [Self.testFile], classNames: names))
  }

  private func images(of files: [String], classNames: [String]) throws(CIFARError) -> ImageSet {
    var records = CIFARRecords()
    for file in files {
      guard let bytes = members[file] else {
        throw .missingMember(file, container: container)
      }
      try records.append(batch: bytes, named: "\(container)/\(file)", expecting: count)
    }
    return ImageSet(
      images: records.images, labels: records.labels, side: CIFARRecords.side,
      classNames: classNames,
      dataStatus: dataStatus, source: source)
  }
}

extension CIFARBatches {
  /// Records of an archive, which has to have as many as the official one.
  static let archiveCounts: (training: Int?, test: Int?) =
    (training: trainingFiles.count * officialCount, test: officialCount)

  /// The records of an archive or, by their lengths, of the files in a folder; nil where there are no such
  /// files.
  static func recordCounts(at url: URL) -> (training: Int?, test: Int?) {
    let attributes = try? ArchiveFile.attributes(of: url)
    guard attributes?[.type] as? FileAttributeType == .typeDirectory else { return archiveCounts }
    func count(_ file: String) -> Int? {
      let file = try? ArchiveFile.attributes(of: url.appendingPathComponent(file))
      return (file?[.size] as? NSNumber).map { $0.intValue / CIFARRecords.recordLength }
    }
    let training = trainingFiles.map(count)
    return (
      training.contains(nil) ? nil : training.reduce(0) { $0 + ($1 ?? 0) }, count(testFile)
    )
  }
}

extension Shapes {
  /// Draws both files and writes them in CIFAR-10's layout: five batches of training images, as equal
  /// as they can be, one of test images, and the class names.
  ///
  /// - Parameter folder: Made where it is not there.
  /// - Precondition: at least five training images and one test image.
  public func write(training: Int, test: Int, to folder: URL) throws {
    precondition(training >= 5 && test >= 1, "\(training) training and \(test) test images")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let files = CIFARBatches.trainingFiles
    let (images, labels) = records(training, of: .train)
    for (batch, file) in files.enumerated() {
      let range = training * batch / files.count..<training * (batch + 1) / files.count
      let pixels =
        range.lowerBound * CIFARRecords.pixelsPerImage..<range.upperBound
        * CIFARRecords.pixelsPerImage
      try AtomicFile.write(
        Data(CIFARRecords.batch(images: images[pixels], labels: labels[range])),
        to: folder.appendingPathComponent(file))
    }
    let (testImages, testLabels) = records(test, of: .test)
    try AtomicFile.write(
      Data(CIFARRecords.batch(images: testImages[...], labels: testLabels[...])),
      to: folder.appendingPathComponent(CIFARBatches.testFile))
    try AtomicFile.write(
      Data(ClassNames.encode(Self.classNames)),
      to: folder.appendingPathComponent(CIFARBatches.classNamesFile))
  }
}
