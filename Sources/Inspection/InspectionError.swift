import TensorFiles

/// Errors of inspecting a file, beyond those of tensor files.
public enum InspectionError: Error, Equatable, Sendable, CustomStringConvertible {
  /// A file or folder cannot be read; `reason` is the system's message.
  case cannotRead(file: String, reason: String)
  /// A `.json` file is not JSON.
  case notJSON(file: String)
  /// A `.csv` or `.json` file is not UTF-8 text; `format` is its format if that is known.
  case notText(file: String, format: ForeignFormat?)
  /// A text is longer than any artefact's.
  case tooLong(file: String, limit: Int)
  /// A table has no column of this name.
  case noSuchColumn(file: String, name: String, known: [String])
  /// The option needs a tensor file.
  case needsTensorFile(file: String, option: String)
  /// The file contains neither images nor filters.
  case nothingToDraw(file: String)
  /// The file contains fewer images.
  case noSuchImage(file: String, number: Int, count: Int)
  /// NumPy has no type for these scalars.
  case noNumPyType(file: String, tensor: String, scalarType: ScalarType)

  public var description: String {
    switch self {
    case .cannotRead(let file, let reason):
      "\(PrintableText.escaped(file)): cannot be read: \(reason); check the path and its permissions"
    case .notJSON(let file):
      "\(PrintableText.escaped(file)): not valid JSON; rerun the stage that wrote it"
    case .notText(let file, let format?):
      "\(PrintableText.escaped(file)): \(format.name), expected UTF-8 text; "
        + (format.repair ?? "give the file its own ending")
    case .notText(let file, nil):
      "\(PrintableText.escaped(file)): not UTF-8 text; rerun the stage that wrote it"
    case .tooLong(let file, let limit):
      "\(PrintableText.escaped(file)): longer than \(limit >> 20) MiB; look at it by another program"
    case .noSuchColumn(let file, let name, let known):
      "\(PrintableText.escaped(file)): no column '\(PrintableText.escaped(name))'; the columns are "
        + known.prefix(40).map { PrintableText.escaped($0) }.joined(separator: ", ")
        + (known.count > 40 ? ", …" : "")
    case .needsTensorFile(let file, let option):
      "\(PrintableText.escaped(file)): \(option) needs a tensor file; name a .safetensors file"
    case .nothingToDraw(let file):
      "\(PrintableText.escaped(file)): nothing to draw: expected a tensor 'images' (U8, N × 3 × height "
        + "× width) or 'filters' (F32, same shape); name a file of schema images or filters"
    case .noSuchImage(let file, let number, let count):
      "\(PrintableText.escaped(file)): no image \(number): --png takes 0 to \(count - 1)"
    case .noNumPyType(let file, let tensor, let scalarType):
      "\(PrintableText.escaped(file)): tensor '\(tensor)': NumPy has no type for "
        + "\(scalarType.rawValue); convert the tensor to F32 first"
    }
  }
}
