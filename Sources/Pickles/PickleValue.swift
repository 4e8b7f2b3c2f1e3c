import NumPyFiles

/// A value in a pickle of a data set.
public indirect enum PickleValue: Sendable, Equatable {
  case none
  case bool(Bool)
  case integer(Int)
  /// A text or a byte string: Python 2 did not distinguish them, so Python 3 may read one as the
  /// other.
  case text(ArraySlice<UInt8>)
  case list([PickleValue])
  case tuple([PickleValue])
  case dictionary([String: PickleValue])
  case array(NumPyArray)
}

extension PickleValue {
  /// The value for a key; nil if this is not a dictionary or has no such key.
  public subscript(key: String) -> PickleValue? {
    guard case .dictionary(let members) = self else { return nil }
    return members[key]
  }

  /// The numbers of a list, a tuple or an array of integers; nil for everything else.
  public var integers: [Int]? {
    switch self {
    case .array(let array): return array.integers
    case .list(let elements), .tuple(let elements):
      var numbers: [Int] = []
      numbers.reserveCapacity(elements.count)
      for element in elements {
        guard case .integer(let number) = element else { return nil }
        numbers.append(number)
      }
      return numbers
    default: return nil
    }
  }

  /// The texts of a list or a tuple of texts; nil for everything else, and if one is not UTF-8.
  public var texts: [String]? {
    guard case .list(let elements) = self else {
      if case .tuple(let elements) = self { return PickleValue.list(elements).texts }
      return nil
    }
    var texts: [String] = []
    for element in elements {
      guard case .text(let bytes) = element, let text = String(validating: bytes, as: UTF8.self)
      else { return nil }
      texts.append(text)
    }
    return texts
  }

  /// The kind of the value in words.
  public var kindName: String {
    switch self {
    case .none: "None"
    case .bool: "a truth value"
    case .integer: "an integer"
    case .text: "a text"
    case .list: "a list"
    case .tuple: "a tuple"
    case .dictionary: "a dictionary"
    case .array(let array): "an array of \(array.type) \(array.shape)"
    }
  }
}
