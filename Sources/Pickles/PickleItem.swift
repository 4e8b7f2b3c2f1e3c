import NumPyFiles

/// An item on a pickle's stack: a value, or a part of an array under construction.
enum PickleItem {
  case none
  case bool(Bool)
  case integer(Int)
  case text(ArraySlice<UInt8>)
  case list(Elements)
  case tuple(Elements)
  /// Keys and values in turn.
  case dictionary(Elements)
  case global(PickleGlobal)
  case type(TypeBox)
  case array(ArrayBox)

  /// The elements of a list, tuple or dictionary.
  ///
  /// A list or dictionary grows in place. It cannot come to contain itself, since only a memo could give
  /// it a second place, and the memo gives none back.
  final class Elements {
    private(set) var items: [PickleItem] = []
    /// Levels below this one.
    private(set) var depth = 1
    /// Values in it on all levels, each as often as it is in it.
    private(set) var weight = 1

    init(_ items: [PickleItem] = []) { append(items) }

    func append(_ new: some Collection<PickleItem>) {
      items.append(contentsOf: new)
      for item in new {
        depth = max(depth, item.depth + 1)
        weight += item.weight
      }
    }
  }

  /// A type that an instruction made and a later one gives its byte order.
  final class TypeBox {
    /// Kind and size, such as `u1`.
    let code: String
    var type: NumPyType?
    init(code: String) { self.code = code }
  }

  /// An array that an instruction made and a later one fills.
  final class ArrayBox {
    var array: NumPyArray?
    init(_ array: NumPyArray? = nil) { self.array = array }
  }

  var elements: Elements? {
    switch self {
    case .list(let elements), .tuple(let elements), .dictionary(let elements): elements
    default: nil
    }
  }

  var depth: Int { elements?.depth ?? 0 }
  var weight: Int { elements?.weight ?? 1 }

  /// The text where this is one, and UTF-8.
  var string: String? {
    guard case .text(let bytes) = self else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// A truth value, for which Python 2 wrote 0 and 1 at times.
  var truth: Bool? {
    switch self {
    case .bool(let value): value
    case .integer(0): false
    case .integer(1): true
    default: nil
    }
  }

  /// The elements where this is a tuple.
  var tupleItems: [PickleItem]? {
    guard case .tuple(let elements) = self else { return nil }
    return elements.items
  }
}

/// The classes and functions that a pickle may name: those by which NumPy pickles an array, and the one
/// by which Python 3 writes bytes for Python 2. They are known here; none is called.
enum PickleGlobal {
  case reconstruct, fromBuffer, ndarray, dtype, encode

  init?(module: String, name: String) {
    switch (module, name) {
    case ("numpy.core.multiarray", "_reconstruct"), ("numpy._core.multiarray", "_reconstruct"):
      self = .reconstruct
    case ("numpy.core.numeric", "_frombuffer"), ("numpy._core.numeric", "_frombuffer"):
      self = .fromBuffer
    case ("numpy", "ndarray"): self = .ndarray
    case ("numpy", "dtype"): self = .dtype
    case ("_codecs", "encode"): self = .encode
    default: return nil
    }
  }
}
