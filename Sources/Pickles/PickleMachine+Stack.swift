// The stack and the memo
extension PickleMachine {
  mutating func push(_ item: PickleItem) throws(PickleError) {
    valueCount += 1
    try check(valueCount, "values", Self.mostValues)
    try check(item.depth, "nested values", Self.deepest)
    try check(item.weight, "values", Self.mostValues)
    stack.append(item)
  }

  func check(_ found: Int, _ what: String, _ limit: Int) throws(PickleError) {
    guard found <= limit else {
      throw .limit(file: file, offset: start, what: "\(found) \(what)", limit: limit)
    }
  }

  /// Pops values from the stack, but none below the last mark.
  mutating func pop(_ count: Int) throws(PickleError) -> [PickleItem] {
    guard count <= stack.count - (marks.last ?? 0) else { throw malformed("no values to take") }
    defer { stack.removeLast(count) }
    return Array(stack.suffix(count))
  }

  /// Pops the values above the last mark, and the mark.
  mutating func popMarked() throws(PickleError) -> [PickleItem] {
    guard let mark = marks.popLast() else { throw malformed("no mark") }
    defer { stack.removeSubrange(mark...) }
    return Array(stack[mark...])
  }

  /// The value on top of the stack, above the last mark.
  func top() throws(PickleError) -> PickleItem {
    guard let top = stack.last, stack.count > marks.last ?? 0 else {
      throw malformed("no value to change")
    }
    return top
  }

  mutating func append(_ items: [PickleItem]) throws(PickleError) {
    guard case .list(let elements) = try top() else { throw malformed("no list to append to") }
    try add(items, to: elements)
  }

  mutating func setItems(_ items: [PickleItem]) throws(PickleError) {
    guard case .dictionary(let elements) = try top() else {
      throw malformed("no dictionary to fill")
    }
    guard items.count.isMultiple(of: 2) else { throw malformed("a key without a value") }
    try add(items, to: elements)
  }

  private func add(
    _ items: [PickleItem], to elements: PickleItem.Elements
  ) throws(PickleError) {
    elements.append(items)
    try check(elements.depth, "nested values", Self.deepest)
    try check(elements.weight, "values", Self.mostValues)
  }

  mutating func put(at index: Int) throws(PickleError) {
    memo[index] = try top()
    try check(memo.count, "remembered values", Self.mostValues)
  }

  mutating func get(_ index: Int) throws(PickleError) {
    switch memo[index] {
    case nil: throw malformed("nothing is remembered as \(index)")
    case .list, .dictionary: throw malformed("a list or dictionary in two places")
    case let item?: try push(item)
    }
  }
}
