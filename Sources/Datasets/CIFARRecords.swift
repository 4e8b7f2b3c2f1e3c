import TensorFiles
import Tensors

/// The records of one or more batches of CIFAR-10's binary layout.
///
/// A batch is a row of records without header or padding, and a record is 3,073 bytes: the label
/// (0–9), then 1,024 red, 1,024 green and 1,024 blue bytes, each plane row by row. So the pixels of a
/// batch, labels taken out, *are* an array `[N, 3, 32, 32]`, and parsing is one copy an image.
///
/// Source: Krizhevsky, <https://www.cs.toronto.edu/~kriz/cifar.html>, "Binary version".
public struct CIFARRecords: Sendable, Equatable {
  /// Width and height of an image.
  public static let side = 32
  /// Bytes of an image's pixels, 3,072.
  public static let pixelsPerImage = ImageSet.channels * side * side
  /// Bytes of a record: the label and 3 × 32 × 32 pixels.
  public static let recordLength = 1 + pixelsPerImage
  public static let classCount = 10

  /// Pixels `[N, 3, 32, 32]`.
  public private(set) var images: [UInt8] = []
  /// Labels `[N]`, each below `classCount`.
  public private(set) var labels: [ClassLabel] = []

  public init() {}

  /// How many records a batch has to hold.
  public enum Count: Sendable, Equatable {
    /// As the official files, which hold 10,000 each.
    case exactly(Int)
    case atLeastOne
  }

  /// Appends the records of a batch.
  ///
  /// - Parameters:
  ///   - name: What to call the batch in an error.
  ///   - count: How many records it has to hold.
  public mutating func append(batch: [UInt8], named name: String, expecting count: Count)
    throws(CIFARError)
  {
    let records = try Self.recordCount(ofByteCount: batch.count, named: name, expecting: count)
    let first = labels.count
    for record in 0..<records {
      let label = batch[record * Self.recordLength]
      guard label < Self.classCount else {
        labels.removeSubrange(first...)
        throw .label(file: name, record: record, found: Int(label))
      }
      labels.append(ClassLabel(label))
    }
    images.reserveCapacity(images.count + records * Self.pixelsPerImage)
    for record in 0..<records {
      let pixels = record * Self.recordLength + 1
      images.append(contentsOf: batch[pixels..<pixels + Self.pixelsPerImage])
    }
  }

  /// The number of records in a batch of so many bytes, where it is as expected.
  static func recordCount(ofByteCount byteCount: Int, named name: String, expecting count: Count)
    throws(CIFARError) -> Int
  {
    switch count {
    case .exactly(let records):
      guard byteCount == records * recordLength else {
        throw .size(file: name, found: byteCount, expected: records * recordLength)
      }
      return records
    case .atLeastOne:
      guard byteCount > 0, byteCount.isMultiple(of: recordLength) else {
        throw .fractionalRecord(file: name, found: byteCount)
      }
      return byteCount / recordLength
    }
  }

  /// The batch that holds these images: the inverse of `append(batch:named:expecting:)`.
  ///
  /// - Precondition: `images.count == 3072 * labels.count`, and every label is below 256.
  public static func batch(images: ArraySlice<UInt8>, labels: ArraySlice<ClassLabel>) -> [UInt8] {
    precondition(
      images.count == labels.count * Self.pixelsPerImage,
      "\(images.count) pixels for \(labels.count) labels")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(labels.count * recordLength)
    for (record, label) in labels.enumerated() {
      let pixels = images.startIndex + record * Self.pixelsPerImage
      bytes.append(UInt8(label))
      bytes.append(contentsOf: images[pixels..<pixels + Self.pixelsPerImage])
    }
    return bytes
  }
}

/// What can be wrong with files in CIFAR-10's binary layout.
public enum CIFARError: PrintableError, Equatable {
  /// A file of official data has another length than 10,000 records.
  case size(file: String, found: Int, expected: Int)
  /// A file of one's own data does not end with a whole record, or is empty.
  case fractionalRecord(file: String, found: Int)
  /// A label stands for none of the ten classes.
  case label(file: String, record: Int, found: Int)
  /// A file that the data set consists of is not there.
  case missingMember(String, container: String)
  /// The file of class names is too long to be one.
  case classNamesTooLong(file: String, found: Int, limit: Int)
  /// The file of class names does not hold ten of them.
  case classNameCount(file: String, found: Int)
  /// A class name is too long, repeated, or has characters that tables cannot take.
  case className(file: String, found: String)

  public var message: String {
    switch self {
    case .size(let file, let found, let expected):
      "\(file): \(found) bytes, expected \(expected) (\(expected / CIFARRecords.recordLength) records"
        + " of \(CIFARRecords.recordLength)); the data is cut or of another kind: get it anew"
    case .fractionalRecord(let file, let found):
      "\(file): \(found) bytes, expected a whole number of records of \(CIFARRecords.recordLength)"
        + " bytes, at least one; write each image as label, 1,024 red, 1,024 green, 1,024 blue"
    case .label(let file, let record, let found):
      "\(file): record \(record) has label \(found), expected 0 to 9; the file is damaged or not in"
        + " CIFAR-10's binary layout"
    case .missingMember(let member, let container):
      "\(container): no regular file \(member); CIFAR-10 is data_batch_1.bin to data_batch_5.bin"
        + " and test_batch.bin (in an archive, with batches.meta.txt, in cifar-10-batches-bin/)"
    case .classNamesTooLong(let file, let found, let limit):
      "\(file): \(found) bytes of class names, expected at most \(limit)"
    case .classNameCount(let file, let found):
      "\(file): \(found) class names, expected ten, one a line"
    case .className(let file, let found):
      "\(file): '\(found)' cannot name a class: expected 1 to 40 letters, digits, spaces, '-', '_' or"
        + " '.', each name once"
    }
  }
}
