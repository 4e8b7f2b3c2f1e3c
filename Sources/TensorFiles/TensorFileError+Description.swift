extension TensorFileError: CustomStringConvertible {
  /// The file, the tensor, the problem and its repair in one line.
  public var description: String {
    switch self {
    case .cannotRead(let file, let reason):
      "\(shown(file)): cannot be read: \(reason); check the path and its permissions"
    case .notRegularFile(let file):
      "\(shown(file)): not a regular file; name a tensor file"
    case .noMemory(let file, let tensor, let byteCount):
      "\(tensor.map { place(file, $0) } ?? shown(file)): no memory for \(NumberText.count(byteCount, "byte")); end other "
        + "programs, or raise the limit (ulimit -v)"
    case .cannotWrite(let file, let step, let reason):
      "\(shown(file)): cannot be written: \(step): \(reason); check the folder, the free space and the limit "
        + "on file sizes (ulimit -f)"
    case .foreignFormat(let file, let format):
      "\(shown(file)): \(format.name), expected a safetensors file; \(conversion(of: format))"
    case .tooShort, .headerTooLong, .headerPastEnd, .headerNotObject, .headerNotUTF8,
      .headerMalformed, .headerPadding:
      headerDescription
    case .duplicateName, .tooManyTensors, .unusableName, .metadataNotText, .missingField,
      .unknownField, .notNaturalNumber, .notOffsetPair, .unknownScalarType, .rankTooHigh:
      entryDescription
    case .shapeOverflow, .offsetsReversed, .sizeMismatch, .overlap, .hole, .dataPastEnd,
      .trailingData:
      layoutDescription
    case .unusableMetadata, .newerFormat, .notArtefact, .wrongSchema, .newerSchema, .olderSchema,
      .label, .noDigest, .wrongDigest:
      artefactDescription
    case .noSuchTensor(let file, let tensor, let available):
      "\(shown(file)): no tensor '\(shown(tensor))'; it has \(listed(available))"
    case .wrongScalarType(let file, let tensor, let expected, let found):
      "\(place(file, tensor)): scalars are \(found.rawValue), expected \(expected.rawValue); "
        + "store the tensor as \(expected.rawValue)"
    case .wrongShape(let file, let tensor, let expected, let found):
      "\(place(file, tensor)): shape is \(found), expected \(pattern(expected)); "
        + "use a file made for this purpose"
    case .notCounts(let file, let tensor, let found):
      "\(place(file, tensor)): found \(found), expected counts: none negative, with a sum of at most "
        + "\(Int64.max); \(damaged)"
    }
  }

  private var headerDescription: String {
    switch self {
    case .tooShort(let file, let byteCount):
      "\(shown(file)): \(NumberText.count(byteCount, "byte")), but a tensor file begins with 8 bytes of header length; "
        + damaged
    case .headerTooLong(let file, let byteCount, let limit):
      "\(shown(file)): a header of \(NumberText.count(byteCount, "byte")), the limit is \(limit); "
        + "use a file with fewer tensors or less metadata, if this is a tensor file at all"
    case .headerPastEnd(let file, let byteCount, let available):
      "\(shown(file)): the header claims \(NumberText.count(byteCount, "byte")), the file has \(available) left; "
        + damaged
    case .headerNotObject(let file):
      "\(shown(file)): the header does not begin with '{'; this is not a safetensors file: "
        + "convert it to one"
    case .headerNotUTF8(let file):
      "\(shown(file)): the header is not UTF-8 text; \(damaged)"
    case .headerMalformed(let file, let offset, let problem):
      "\(shown(file)): header byte \(offset): \(problem); \(damaged)"
    case .headerPadding(let file, let offset):
      "\(shown(file)): header byte \(offset): only spaces may follow the header's object; "
        + "write the file with a safetensors library"
    default: ""
    }
  }

  private var entryDescription: String {
    switch self {
    case .duplicateName(let file, let name):
      "\(shown(file)): the name '\(shown(name))' occurs twice, so one would hide the other; "
        + "rename one"
    case .tooManyTensors(let file, let limit):
      "\(shown(file)): more than \(limit) tensors; split the file"
    case .unusableName(let file, let name, let limit):
      "\(shown(file)): tensor name '\(PrintableText.escaped(name, limit: 40))' is empty, longer than "
        + "\(limit) bytes or unprintable; rename the tensor"
    case .metadataNotText(let file, let key):
      "\(shown(file)): metadata '\(shown(key))' is not a string; write it as a string"
    case .missingField(let file, let tensor, let field):
      "\(place(file, tensor)): the entry has no '\(field)'; \(damaged)"
    case .unknownField(let file, let tensor, let field):
      "\(place(file, tensor)): the entry has a field '\(shown(field))', and may have only dtype, "
        + "shape and data_offsets; write the file with a safetensors library"
    case .notNaturalNumber(let file, let tensor, let field, let found):
      "\(place(file, tensor)): \(field) holds '\(shown(found))', expected a plain integer "
        + "from 0 to \(Int.max); write the file with a safetensors library"
    case .notOffsetPair(let file, let tensor, let count):
      "\(place(file, tensor)): data_offsets holds \(count) numbers, expected begin and end; "
        + damaged
    case .unknownScalarType(let file, let tensor, let found):
      "\(place(file, tensor)): unknown dtype '\(shown(found))'; convert the tensor to one of "
        + ScalarType.allCases.map(\.rawValue).joined(separator: ", ")
    case .rankTooHigh(let file, let tensor, let limit):
      "\(place(file, tensor)): more than \(limit) dimensions; reshape the tensor"
    default: ""
    }
  }

  private var layoutDescription: String {
    switch self {
    case .shapeOverflow(let file, let tensor, let shape):
      "\(place(file, tensor)): shape \(shape) has more bytes than can be counted; \(damaged)"
    case .offsetsReversed(let file, let tensor, let begin, let end):
      "\(place(file, tensor)): data ends at \(end), before it begins at \(begin); \(damaged)"
    case .sizeMismatch(let file, let tensor, let expected, let found):
      "\(place(file, tensor)): the offsets enclose \(NumberText.count(found, "byte")), shape and dtype need \(expected); "
        + damaged
    case .overlap(let file, let tensor, let other):
      "\(place(file, tensor)): its data overlaps that of '\(shown(other))'; \(damaged)"
    case .hole(let file, let tensor, let expected, let found):
      "\(place(file, tensor)): data begins at \(found), expected \(expected): bytes between belong to "
        + "no tensor; write the file with a safetensors library"
    case .dataPastEnd(let file, let tensor, let end, let available):
      "\(place(file, tensor)): data ends at \(end), the file has \(NumberText.count(available, "byte")) of data; "
        + "it was cut short: \(damaged)"
    case .trailingData(let file, let byteCount):
      "\(shown(file)): \(NumberText.count(byteCount, "byte")) after the last tensor belong to none; \(damaged)"
    default: ""
    }
  }

  private var artefactDescription: String {
    switch self {
    case .unusableMetadata(let file, let key, let found, let expected):
      "\(shown(file)): metadata '\(key)' is \(found.map { "'\(shown($0))'" } ?? "missing"), "
        + "expected \(expected); \(damaged)"
    case .newerFormat(let file, let found, let supported):
      "\(shown(file)): format version \(found), this program knows \(supported); update the program"
    case .notArtefact(let file, let schema, let stage):
      "\(shown(file)): a plain safetensors file, expected one of schema '\(schema)'; "
        + rerun(stage)
    case .wrongSchema(let file, let expected, let found, let stage):
      "\(shown(file)): schema is '\(shown(found))', expected '\(expected)'; \(rerun(stage))"
    case .newerSchema(let file, let schema, let found, let supported):
      "\(shown(file)): schema '\(schema)' of version \(found), this program knows \(supported); "
        + "update the program"
    case .olderSchema(let file, let schema, let found, let oldest, let stage):
      "\(shown(file)): schema '\(schema)' of version \(found), this program reads \(oldest) "
        + "and later; \(rerun(stage))"
    case .label(let file, let tensor, let index, let found, let classes):
      "\(shown(file)): tensor '\(tensor)' has label \(found) at \(index), expected one below \(classes); "
        + "rerun the stage that wrote the file"
    case .noDigest(let file):
      "\(shown(file)): no sha256 in its metadata, so nothing to check it against; "
        + "use a file written by a stage"
    case .wrongDigest(let file, let expected, let found, let stage):
      "\(shown(file)): damaged: sha256 of the data is \(found), the header says \(expected); "
        + (stage.map(rerun) ?? damaged)
    default: ""
    }
  }
}

private let damaged = "restore the file, or rerun the stage that wrote it"

/// How to convert the weights or arrays of another format to a safetensors file.
private func conversion(of format: ForeignFormat) -> String {
  if let repair = format.repair { return repair }
  return switch format {
  case .pyTorchZip, .pickle:
    "convert it in Python, if you trust where it is from: "
      + "safetensors.torch.save_file(torch.load(FILE, weights_only=True), 'FILE.safetensors')"
  case .npy, .npz, .hdf5:
    // Version 0.8.0 of safetensors scrambles arrays in Fortran order, without an error.
    "convert it in Python: "
      + "safetensors.numpy.save_file({NAME: numpy.ascontiguousarray(ARRAY)}, 'FILE.safetensors')"
  case .gguf: "take the model's safetensors files"
  case .png, .jpeg: "for what a picture shows: ./pipeline.sh predict FILE"
  default: "name a .safetensors file"
  }
}

private func rerun(_ stage: String) -> String {
  "rerun the stage that writes it: ./pipeline.sh run RECIPE --from \(stage) --force"
}

private func shown(_ text: String) -> String {
  PrintableText.escaped(text)
}

private func place(_ file: String, _ tensor: String) -> String {
  "\(shown(file)): tensor '\(shown(tensor))'"
}

private func pattern(_ shape: [Int?]) -> String {
  "[" + shape.map { $0.map(String.init) ?? "any" }.joined(separator: ", ") + "]"
}

private func listed(_ names: [String]) -> String {
  guard !names.isEmpty else { return "no tensors" }
  let first = names.prefix(8).map(shown).joined(separator: ", ")
  return names.count > 8 ? first + " and \(names.count - 8) more" : first
}
