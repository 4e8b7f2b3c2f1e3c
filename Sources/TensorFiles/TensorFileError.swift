/// Errors of tensor files: one case for each rule of the format, of this program's limits, of the
/// artefacts and of the file system. `file` is the path; the description is one line.
public enum TensorFileError: Error, Equatable, Sendable {
  // MARK: The file itself

  /// The file cannot be opened, examined or mapped; `reason` is the system's message.
  case cannotRead(file: String, reason: String)
  /// The path names a folder, a device, a pipe or a socket.
  case notRegularFile(file: String)
  /// There is not enough memory to map the file, or to copy a tensor.
  case noMemory(file: String, tensor: String?, byteCount: Int)
  /// The file cannot be written; `step` is the step that failed. The old file is kept.
  case cannotWrite(file: String, step: String, reason: String)

  /// The file has another format.
  case foreignFormat(file: String, format: ForeignFormat)

  // MARK: Header: length and text

  /// The file has fewer than the 8 bytes of the header's length.
  case tooShort(file: String, byteCount: Int)
  /// The header is longer than the limit.
  case headerTooLong(file: String, byteCount: UInt64, limit: Int)
  /// The header is longer than the file.
  case headerPastEnd(file: String, byteCount: UInt64, available: Int)
  /// The header's first byte is not `{`.
  case headerNotObject(file: String)
  /// The header is not UTF-8.
  case headerNotUTF8(file: String)
  /// The header is not the JSON that the format requires; `offset` is from the header's first byte.
  case headerMalformed(file: String, offset: Int, problem: String)
  /// Something other than spaces follows the header's object.
  case headerPadding(file: String, offset: Int)

  // MARK: Header: entries

  /// Two tensors, two metadata keys or two fields of an entry have the same name. Names that differ
  /// only in Unicode normalisation are considered equal.
  case duplicateName(file: String, name: String)
  /// More tensors than the limit.
  case tooManyTensors(file: String, limit: Int)
  /// A tensor's name is empty, is longer than the limit, or contains unprintable characters.
  case unusableName(file: String, name: String, limit: Int)
  /// A value of `__metadata__` is not a string.
  case metadataNotText(file: String, key: String)
  /// An entry lacks `dtype`, `shape` or `data_offsets`.
  case missingField(file: String, tensor: String, field: String)
  /// An entry has a field beyond those three.
  case unknownField(file: String, tensor: String, field: String)
  /// A dimension or an offset is not a plain non-negative integer of up to 63 bits: `4.0`, `-1`,
  /// `1e3`.
  case notNaturalNumber(file: String, tensor: String, field: String, found: String)
  /// `data_offsets` does not hold two numbers.
  case notOffsetPair(file: String, tensor: String, count: Int)
  /// `dtype` is not a type of the format, or is one that does not occupy whole bytes.
  case unknownScalarType(file: String, tensor: String, found: String)
  /// More dimensions than the limit.
  case rankTooHigh(file: String, tensor: String, limit: Int)

  // MARK: Layout of the data

  /// The product of the dimensions and the scalar's size overflows.
  case shapeOverflow(file: String, tensor: String, shape: [Int])
  /// The end of a tensor is before its beginning.
  case offsetsReversed(file: String, tensor: String, begin: Int, end: Int)
  /// The offsets enclose a different number of bytes than shape and type require.
  case sizeMismatch(file: String, tensor: String, expected: Int, found: Int)
  /// A tensor begins before the end of the previous one.
  case overlap(file: String, tensor: String, other: String)
  /// Bytes between two tensors, or before the first, belong to no tensor.
  case hole(file: String, tensor: String, expected: Int, found: Int)
  /// A tensor ends beyond the end of the file.
  case dataPastEnd(file: String, tensor: String, end: Int, available: Int)
  /// Bytes after the last tensor belong to no tensor.
  case trailingData(file: String, byteCount: Int)

  // MARK: Artefacts

  /// The file has `format: tessera`, but a required key is absent or its value has another form.
  case unusableMetadata(file: String, key: String, found: String?, expected: String)
  /// The file was written by a newer version of this program.
  case newerFormat(file: String, found: Int, supported: Int)
  /// An artefact is needed, but the file is a plain safetensors file.
  case notArtefact(file: String, schema: String, stage: String)
  /// An artefact of another kind.
  case wrongSchema(file: String, expected: String, found: String, stage: String)
  /// The schema is newer than the newest that this program knows.
  case newerSchema(file: String, schema: String, found: Int, supported: Int)
  /// The schema is older than the oldest that this program reads.
  case olderSchema(file: String, schema: String, found: Int, oldest: Int, stage: String)
  /// A label is not the index of a class.
  case label(file: String, tensor: String, index: Int, found: Int, classes: Int)
  /// The file contains no digest to check.
  case noDigest(file: String)
  /// The data's SHA-256 differs from the digest in the header.
  case wrongDigest(file: String, expected: String, found: String, stage: String?)

  // MARK: Access

  /// No tensor of this name.
  case noSuchTensor(file: String, tensor: String, available: [String])
  /// The tensor's scalars are not of the requested type.
  case wrongScalarType(file: String, tensor: String, expected: ScalarType, found: ScalarType)
  /// The tensor's shape does not match; a nil dimension matches any.
  case wrongShape(file: String, tensor: String, expected: [Int?], found: [Int])
  /// The tensor's values cannot be counts: one is negative, or their sum overflows.
  case notCounts(file: String, tensor: String, found: String)
}
