/// Errors in a tensor file: one case for each rule of the format, of this program's limits, of the
/// artefacts and of the file system. `file` is the path; the description is one line.
public enum TensorFileError: Error, Equatable, Sendable {
  // MARK: The file itself

  /// The file cannot be opened, examined or mapped; `reason` is the system's.
  case cannotRead(file: String, reason: String)
  /// The path names a folder, a device, a pipe or a socket.
  case notRegularFile(file: String)
  /// The system has no memory for the file's bytes, or for a copy of a tensor's.
  case noMemory(file: String, tensor: String?, byteCount: Int)
  /// The file cannot be written; `step` is what failed. The old file stays.
  case cannotWrite(file: String, step: String, reason: String)

  /// The bytes are no tensor file but a file of another kind.
  case foreignFormat(file: String, format: ForeignFormat)

  // MARK: Header: length and text

  /// Fewer than the 8 bytes that hold the header's length.
  case tooShort(file: String, byteCount: Int)
  /// The header is longer than the limit.
  case headerTooLong(file: String, byteCount: UInt64, limit: Int)
  /// The header is longer than the file.
  case headerPastEnd(file: String, byteCount: UInt64, available: Int)
  /// The header's first byte is not `{`.
  case headerNotObject(file: String)
  /// The header is not UTF-8.
  case headerNotUTF8(file: String)
  /// The header is not JSON of the format's form; `offset` counts from the header's first byte.
  case headerMalformed(file: String, offset: Int, problem: String)
  /// Something other than spaces follows the header's object.
  case headerPadding(file: String, offset: Int)

  // MARK: Header: entries

  /// Two tensors, two metadata keys or two fields of an entry have the same name. Names that differ in
  /// Unicode normalisation only count as the same.
  case duplicateName(file: String, name: String)
  /// More tensors than the limit.
  case tooManyTensors(file: String, limit: Int)
  /// A tensor's name is empty, longer than the limit, or holds unprintable characters.
  case unusableName(file: String, name: String, limit: Int)
  /// A value of `__metadata__` is not a string.
  case metadataNotText(file: String, key: String)
  /// An entry lacks `dtype`, `shape` or `data_offsets`.
  case missingField(file: String, tensor: String, field: String)
  /// An entry has a field beyond those three.
  case unknownField(file: String, tensor: String, field: String)
  /// A dimension or an offset is not a plain non-negative integer that fits 63 bits: `4.0`, `-1`, `1e3`.
  case notNaturalNumber(file: String, tensor: String, field: String, found: String)
  /// `data_offsets` does not hold two numbers.
  case notOffsetPair(file: String, tensor: String, count: Int)
  /// `dtype` is no type of the format, or one that does not fill whole bytes.
  case unknownScalarType(file: String, tensor: String, found: String)
  /// More dimensions than the limit.
  case rankTooHigh(file: String, tensor: String, limit: Int)

  // MARK: Layout of the data

  /// The product of the dimensions and the scalar's size overflows.
  case shapeOverflow(file: String, tensor: String, shape: [Int])
  /// The end of a tensor lies before its beginning.
  case offsetsReversed(file: String, tensor: String, begin: Int, end: Int)
  /// The offsets enclose another number of bytes than shape and type need.
  case sizeMismatch(file: String, tensor: String, expected: Int, found: Int)
  /// A tensor begins before the one in front of it ends.
  case overlap(file: String, tensor: String, other: String)
  /// Bytes between two tensors, or in front of the first, belong to none.
  case hole(file: String, tensor: String, expected: Int, found: Int)
  /// A tensor ends beyond the end of the file.
  case dataPastEnd(file: String, tensor: String, end: Int, available: Int)
  /// Bytes after the last tensor belong to none.
  case trailingData(file: String, byteCount: Int)

  // MARK: Artefacts

  /// The file says `format: tessera` but a key that this implies is absent or of another form.
  case unusableMetadata(file: String, key: String, found: String?, expected: String)
  /// The file was written by a newer version of this program.
  case newerFormat(file: String, found: Int, supported: Int)
  /// A plain safetensors file where an artefact is needed.
  case notArtefact(file: String, schema: String, stage: String)
  /// An artefact of another kind.
  case wrongSchema(file: String, expected: String, found: String, stage: String)
  /// The schema is newer than this program knows.
  case newerSchema(file: String, schema: String, found: Int, supported: Int)
  /// The schema is older than this program still reads.
  case olderSchema(file: String, schema: String, found: Int, oldest: Int, stage: String)
  /// A label is not the number of a class.
  case label(file: String, tensor: String, index: Int, found: Int, classes: Int)
  /// The file carries no digest to check.
  case noDigest(file: String)
  /// The data's SHA-256 is not the one the header states.
  case wrongDigest(file: String, expected: String, found: String, stage: String?)

  // MARK: Access

  /// No tensor of this name.
  case noSuchTensor(file: String, tensor: String, available: [String])
  /// The tensor's scalars are of another type than asked for.
  case wrongScalarType(file: String, tensor: String, expected: ScalarType, found: ScalarType)
  /// The tensor's shape does not match; nil stands for any dimension.
  case wrongShape(file: String, tensor: String, expected: [Int?], found: [Int])
  /// The tensor's numbers cannot be counts: one is negative, or their sum does not fit.
  case notCounts(file: String, tensor: String, found: String)
}
