import TensorFiles

// The result
extension PickleMachine {
  /// An item as a value, with a depth of at most `deepest` and at most `mostValues` values.
  func value(of item: PickleItem) throws(PickleError) -> PickleValue {
    switch item {
    case .none: return .none
    case .bool(let value): return .bool(value)
    case .integer(let value): return .integer(value)
    case .text(let bytes): return .text(bytes)
    case .list(let elements): return .list(try values(of: elements))
    case .tuple(let elements): return .tuple(try values(of: elements))
    case .dictionary(let elements): return .dictionary(try members(of: elements))
    case .array(let box):
      guard let array = box.array else { throw malformed("an array that was never filled") }
      return .array(array)
    case .global, .type: throw malformed("a class, a function or a type as a value")
    }
  }

  private func values(of elements: PickleItem.Elements) throws(PickleError) -> [PickleValue] {
    var values: [PickleValue] = []
    values.reserveCapacity(elements.items.count)
    for item in elements.items { values.append(try value(of: item)) }
    return values
  }

  private func members(
    of elements: PickleItem.Elements
  ) throws(PickleError) -> [String: PickleValue] {
    var members: [String: PickleValue] = [:]
    for index in stride(from: 0, to: elements.items.count, by: 2) {
      guard let key = elements.items[index].string else { throw malformed("a key that is no text") }
      let value = try value(of: elements.items[index + 1])
      guard members.updateValue(value, forKey: key) == nil else {
        throw malformed("the key '\(PrintableText.escaped(key, limit: 40))' twice")
      }
    }
    return members
  }
}
