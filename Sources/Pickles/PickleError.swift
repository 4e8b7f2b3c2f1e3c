import TensorFiles

/// Errors in a pickle. Offsets are those of an instruction's first byte.
public enum PickleError: PrintableError, Equatable {
  /// The file does not begin like a pickle of protocols 2 to 5.
  case notPickle(file: String)
  /// The file ends within an instruction, or without the final one.
  case cut(file: String, offset: Int)
  /// Bytes follow the end.
  case trailingBytes(file: String, offset: Int)
  /// An instruction that pickles of arrays, lists and texts do not need.
  case opcode(file: String, offset: Int, name: String)
  /// A class or function other than the few for arrays. None is ever called.
  case global(file: String, offset: Int, name: String)
  /// An array of floats, objects or another unsupported type.
  case type(file: String, offset: Int, found: String)
  /// An array whose number of bytes does not match its shape.
  case arraySize(file: String, offset: Int, shape: [Int], type: String, found: Int)
  /// More values, or deeper nesting, than in any data set.
  case limit(file: String, offset: Int, what: String, limit: Int)
  /// An instruction that is invalid in its context.
  case malformed(file: String, offset: Int, problem: String)

  public var message: String {
    switch self {
    case .notPickle(let file):
      "\(file): no pickle of protocol 2 to 5, as cifar-10-python.tar.gz has; get the file again"
    case .cut(let file, let offset):
      "\(file): the pickle ends too early, at byte \(offset); get the file again"
    case .trailingBytes(let file, let offset):
      "\(file): bytes after the pickle's end, from byte \(offset) on; get the file again"
    case .opcode(let file, let offset, let name):
      "\(file): the opcode \(name) at byte \(offset), which no pickle of arrays, lists and texts needs;"
        + " it is not carried out; get the official file, or save the arrays by numpy.savez"
    case .global(let file, let offset, let name):
      "\(file): the global '\(name)' at byte \(offset); of Python's classes and functions only those"
        + " that make NumPy arrays are known, and none is called; get the official file, or save the"
        + " arrays by numpy.savez"
    case .type(let file, let offset, let found):
      "\(file): an array of '\(found)' at byte \(offset), expected integers (|u1, <i8 and the like);"
        + " convert it by array.astype"
    case .arraySize(let file, let offset, let shape, let type, let found):
      "\(file): an array \(shape) of \(type) with \(NumberText.count(found, "byte")) at byte \(offset), expected"
        + " those of its shape; get the file again"
    case .limit(let file, let offset, let what, let limit):
      "\(file): \(what) at byte \(offset), expected at most \(limit); no data set of this kind has more"
    case .malformed(let file, let offset, let problem):
      "\(file): the pickle is damaged at byte \(offset): \(problem); get the file again"
    }
  }
}
