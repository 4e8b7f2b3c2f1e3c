import TensorFiles

/// Errors in a NumPy file. `file` is its path, followed by the member's name for an array in an
/// archive.
public enum NumPyError: PrintableError, Equatable {
  /// No such file, a folder, or one that can't be read.
  case cannotRead(file: String, reason: String)
  /// The file begins like another format.
  case notNumPy(file: String, found: String)
  /// A version of the format that is not 1.0, 2.0 or 3.0.
  case version(file: String, major: Int, minor: Int)
  /// The header is truncated, or is not one that NumPy writes.
  case header(file: String, problem: String)
  /// The elements are neither integers nor booleans. Objects are pickles, which can be programs.
  case type(file: String, found: String)
  /// The number of bytes does not match the shape.
  case size(file: String, shape: [Int], type: String, found: Int)
  /// An archive has no array of this name.
  case noSuchArray(file: String, name: String, names: [String])
  /// There is not enough memory for the size that the archive states.
  case noMemory(file: String, byteCount: Int)

  public var message: String {
    switch self {
    case .cannotRead(let file, let reason): "\(file): cannot be read: \(reason)"
    case .notNumPy(let file, let found):
      "\(file): \(found), expected a NumPy array (.npy, as numpy.save writes it)"
    case .version(let file, let major, let minor):
      "\(file): version \(major).\(minor) of NumPy's format, expected 1.0, 2.0 or 3.0; save it again"
    case .header(let file, let problem):
      "\(file): the array's header is damaged: \(problem); save it again by numpy.save"
    case .type(let file, let found):
      "\(file): elements of type \(found), expected integers (|u1, <i8 and the like); convert them by"
        + " array.astype"
    case .size(let file, let shape, let type, let found):
      "\(file): \(NumberText.count(found, "byte")) of elements, expected those of an array \(shape) of \(type); the file is"
        + " cut or damaged: get it again"
    case .noSuchArray(let file, let name, let names):
      "\(file): no array '\(name)'; it has \(names.prefix(12).joined(separator: ", "))"
        + (names.count > 12 ? " and \(names.count - 12) more" : "")
    case .noMemory(let file, let byteCount):
      "\(file): no memory for \(byteCount) bytes; end other programs, or take fewer images"
    }
  }
}
