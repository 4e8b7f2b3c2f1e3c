import NumPyFiles

/// An item on a pickle's stack: a value, or a part of an array under construction.
enum PickleItem {
  case none
  case bool(Bool)
  case integer(Int)
  case text(ArraySlice<UInt8>)
  case list(Elements)
  case tuple(Elements)
  /// Keys and values, alternating.
  case dictionary(Elements)
  case global(PickleGlobal)
  case type(TypeBox)
  case array(ArrayBox)

  /// The elements of a list, tuple or dictionary.
  ///
  /// A list or dictionary grows in place. It cannot contain itself: that would need a second
  /// reference from the memo, which does not return lists or dictionaries.
  final class Elements {
    private(set) var items: [PickleItem] = []
    /// The depth of nesting, this level included.
    private(set) var depth = 1
    /// The number of values on all levels; a value that occurs several times counts each time.
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

  /// A type whose byte order a later instruction sets.
  final class TypeBox {
    /// Kind and size, such as `u1`.
    let code: String
    var type: NumPyType?
    init(code: String) { self.code = code }
  }

  /// An array that a later instruction fills.
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

  /// The text, if the item is one and is UTF-8.
  var string: String? {
    guard case .text(let bytes) = self else { return nil }
    return String(validating: bytes, as: UTF8.self)
  }

  /// The boolean, which Python 2 sometimes wrote as 0 or 1.
  var truth: Bool? {
    switch self {
    case .bool(let value): value
    case .integer(0): false
    case .integer(1): true
    default: nil
    }
  }

  /// The elements, if the item is a tuple.
  var tupleItems: [PickleItem]? {
    guard case .tuple(let elements) = self else { return nil }
    return elements.items
  }
}

/// The classes and functions that a pickle may name: those with which NumPy pickles an array, and
/// the one with which Python 3 writes bytes for Python 2. Their effects are implemented here; none
/// is called.
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
