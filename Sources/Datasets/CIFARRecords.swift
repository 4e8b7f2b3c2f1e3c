import NumPyFiles
import Pickles
import TensorFiles

/// The records of one or more files of a CIFAR data set, in either form.
///
/// A file of the binary form is a sequence of records without header or padding, and a record of CIFAR-10 is
/// 3,073 bytes: the label (0–9), then 1,024 red, 1,024 green and 1,024 blue bytes, each plane row by
/// row. CIFAR-100 has two labels, the coarse one (0–19) first. So the pixels of a file, labels taken
/// out, *are* an array `[N, 3, 32, 32]`, and parsing copies each image once.
///
/// A file of the Python form is a pickled dictionary, in which `data` is that array as `[N, 3072]`, and
/// `labels`, or `fine_labels` and `coarse_labels`, are lists.
///
/// Source: Krizhevsky, <https://www.cs.toronto.edu/~kriz/cifar.html>.
public struct CIFARRecords: Sendable, Equatable {
  /// Width and height of an image.
  public static let side = 32
  /// Bytes of an image's pixels, 3,072.
  public static let pixelsPerImage = ImageSet.channels * side * side

  private let kind: CIFARKind
  private let chosen: CIFARLabels
  private var parsed = LabelledImages(side: Self.side)

  /// Pixels `[N, 3, 32, 32]`.
  public var images: [UInt8] { parsed.images }
  /// Labels `[N]`, each below the number of classes.
  public var labels: [UInt16] { parsed.labels }

  /// - Parameter labels: Which labels are kept; both of CIFAR-100's are checked.
  public init(_ kind: CIFARKind = .cifar10, labels: CIFARLabels = .fine) {
    (self.kind, chosen) = (kind, labels)
  }

  /// The required number of records in a file.
  public enum Count: Sendable, Equatable {
    /// Exactly this number: the official files have 10,000 or 50,000.
    case exactly(Int)
    case atLeastOne
  }

  /// Appends the records of a file, whose first bytes tell its form.
  ///
  /// - Parameters:
  ///   - name: The file's name in errors.
  ///   - count: The required number of records.
  /// - Throws: `CIFARError` or `PickleError`; then no record is appended.
  public mutating func append(file bytes: [UInt8], named name: String, expecting count: Count)
    throws
  {
    switch Self.form(of: bytes) {
    case .binary: try append(batch: bytes, named: name, expecting: count)
    case .python:
      try append(pickle: Pickle.read(bytes, file: name), named: name, expecting: count)
    }
  }

  private func keptLabels(fine: [UInt16], coarse: [UInt16]) -> [UInt16] {
    kind == .cifar100 && chosen == .coarse ? coarse : fine
  }

  /// A pickle begins with a byte that is not a label, followed by one of a few possible bytes.
  static func form(of bytes: [UInt8]) -> CIFARForm {
    bytes.count >= 2 && bytes[0] == 0x80 && (2...5).contains(bytes[1]) ? .python : .binary
  }
}

// The binary form
extension CIFARRecords {
  /// Appends the records of a file of the binary form.
  public mutating func append(batch: [UInt8], named name: String, expecting count: Count)
    throws(CIFARError)
  {
    let length = kind.recordLength
    let records = try recordCount(ofByteCount: batch.count, named: name, expecting: count)
    let beforePixels = length - Self.pixelsPerImage - 1
    let fine = (0..<records).map { UInt16(batch[$0 * length + beforePixels]) }
    try check(fine, .fine, of: name)
    var coarse: [UInt16] = []
    if kind == .cifar100 {
      coarse = (0..<records).map { UInt16(batch[$0 * length]) }
      try check(coarse, .coarse, of: name)
    }
    parsed.images.reserveCapacity(parsed.images.count + records * Self.pixelsPerImage)
    for record in 0..<records {
      let end = (record + 1) * length
      parsed.images.append(contentsOf: batch[end - Self.pixelsPerImage..<end])
    }
    parsed.labels += keptLabels(fine: fine, coarse: coarse)
  }

  /// The number of records in a file of `byteCount` bytes, if that is as expected.
  private func recordCount(ofByteCount byteCount: Int, named name: String, expecting count: Count)
    throws(CIFARError) -> Int
  {
    let length = kind.recordLength
    switch count {
    case .exactly(let records):
      guard byteCount == records * length else {
        throw .size(file: name, found: byteCount, records: records, of: kind)
      }
      return records
    case .atLeastOne:
      guard byteCount > 0, byteCount.isMultiple(of: length) else {
        throw .fractionalRecord(file: name, found: byteCount, of: kind)
      }
      return byteCount / length
    }
  }

  private func check(
    _ labels: [UInt16], _ which: CIFARLabels, of file: String
  ) throws(CIFARError) {
    let classes = kind.classCount(which)
    guard let wrong = labels.firstIndex(where: { $0 >= classes }) else { return }
    throw .label(file: file, record: wrong, found: Int(labels[wrong]), classes: classes)
  }

  /// The file of CIFAR-10's binary form that holds these images: the inverse of
  /// `append(batch:named:expecting:)`.
  ///
  /// - Precondition: `images.count == 3072 * labels.count`, and labels below 256.
  public static func batch(images: ArraySlice<UInt8>, labels: ArraySlice<UInt16>) -> [UInt8] {
    let pixels = pixelsPerImage
    precondition(
      images.count == labels.count * pixels, "\(images.count) pixels for \(labels.count) labels")
    var bytes: [UInt8] = []
    bytes.reserveCapacity(labels.count * CIFARKind.cifar10.recordLength)
    for (record, label) in labels.enumerated() {
      let first = images.startIndex + record * pixels
      bytes.append(UInt8(label))
      bytes.append(contentsOf: images[first..<first + pixels])
    }
    return bytes
  }
}

// The Python form
extension CIFARRecords {
  private mutating func append(
    pickle: PickleValue, named name: String, expecting count: Count
  ) throws(CIFARError) {
    let found: CIFARKind? =
      pickle["labels"] != nil ? .cifar10 : pickle["fine_labels"] != nil ? .cifar100 : nil
    guard let data = pickle["data"], let found else {
      throw .pickle(file: name, problem: "no dictionary with data and labels")
    }
    guard found == kind else { throw .otherDataSet(found, container: name) }
    guard case .array(let array) = data, array.type == .uint8, let images = Self.pixels(of: array)
    else {
      throw .pickle(
        file: name, problem: "data is \(data.kindName), expected an array of |u1 [N, 3072]")
    }
    let records = array.shape[0]
    let isExpected = count == .atLeastOne ? records > 0 : count == .exactly(records)
    guard isExpected else {
      if case .exactly(let expected) = count {
        throw .pickle(file: name, problem: "\(records) images, expected \(expected)")
      }
      throw .pickle(file: name, problem: "no images")
    }
    let fine = try labels(pickle, kind == .cifar10 ? "labels" : "fine_labels", .fine, records, name)
    let coarse =
      kind == .cifar100 ? try labels(pickle, "coarse_labels", .coarse, records, name) : []
    parsed.images.append(contentsOf: images)
    parsed.labels += keptLabels(fine: fine, coarse: coarse)
  }

  /// The pixels of an array `[N, 3072]` or `[N, 3, 32, 32]`, row by row; nil for any other.
  private static func pixels(of array: NumPyArray) -> ArraySlice<UInt8>? {
    let shape = array.shape.dropFirst()
    guard array.shape.count > 1, shape == [Self.pixelsPerImage] || shape == [3, 32, 32] else {
      return nil
    }
    return array.isFortranOrder ? array.bytesInRowOrder[...] : array.bytes
  }

  private func labels(
    _ pickle: PickleValue, _ key: String, _ which: CIFARLabels, _ records: Int, _ name: String
  ) throws(CIFARError) -> [UInt16] {
    guard let value = pickle[key], let numbers = value.integers, numbers.count == records else {
      let found = pickle[key]?.integers.map { "\($0.count) numbers" } ?? pickle[key]?.kindName
      throw .pickle(
        file: name,
        problem: "\(key) is \(found ?? "missing"), expected a list of \(records) numbers")
    }
    let classes = kind.classCount(which)
    if let wrong = numbers.firstIndex(where: { !(0..<classes).contains($0) }) {
      throw .label(file: name, record: wrong, found: numbers[wrong], classes: classes)
    }
    return numbers.map { UInt16($0) }
  }
}
