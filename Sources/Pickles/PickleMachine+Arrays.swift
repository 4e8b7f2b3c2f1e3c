import NumPyFiles
import TensorFiles

// Arrays
extension PickleMachine {
  mutating func pushGlobal(module: String, name: String) throws(PickleError) {
    guard let global = PickleGlobal(module: module, name: name) else {
      let name = PrintableText.escaped("\(module).\(name)", limit: 2 * Self.longestName)
      throw .global(file: file, offset: start, name: name)
    }
    try push(.global(global))
  }

  /// Performs the effect of a known function on its arguments.
  mutating func reduce() throws(PickleError) {
    let call = try pop(2)
    guard case .global(let global) = call[0], let arguments = call[1].tupleItems else {
      throw malformed("no call of a function")
    }
    switch (global, arguments.count) {
    case (.reconstruct, 3):
      // The arguments describe an empty array, which is filled later.
      guard case .global(.ndarray) = arguments[0] else {
        throw malformed("an array of another class")
      }
      try push(.array(PickleItem.ArrayBox()))
    case (.dtype, 3):
      guard let code = arguments[0].string else { throw malformed("a type without a name") }
      guard ["|", "<"].contains(where: { NumPyType(descriptor: $0 + code) != nil }) else {
        throw .type(file: file, offset: start, found: PrintableText.escaped(code, limit: 20))
      }
      try push(.type(PickleItem.TypeBox(code: code)))
    case (.encode, 2):
      guard case .text(let text) = arguments[0],
        ["latin1", "latin-1"].contains(arguments[1].string)
      else { throw malformed("a text in an encoding other than latin1") }
      try push(.text(try latin1(text)))
    case (.fromBuffer, 4):
      guard case .text(let content) = arguments[0], let order = arguments[3].string,
        ["C", "F"].contains(order)
      else { throw malformed("an array without bytes or order") }
      let array = try array(
        content, shape: arguments[2], type: arguments[1], isFortranOrder: order == "F")
      try push(.array(PickleItem.ArrayBox(array)))
    default: throw malformed("a call with other arguments")
    }
  }

  /// Sets the byte order of a type, or the content of an array.
  mutating func build() throws(PickleError) {
    let state = try pop(1)[0].tupleItems ?? []
    switch try top() {
    case .type(let box) where box.type == nil:
      // Version, byte order, then fields of structured types.
      guard state.count >= 5, let order = state[1].string else {
        throw malformed("a type without byte order")
      }
      for part in state[2...4] {
        guard case .none = part else {
          throw .type(file: file, offset: start, found: "\(box.code) of several parts")
        }
      }
      guard let type = NumPyType(descriptor: order + box.code) else {
        let found = PrintableText.escaped(order + box.code, limit: 20)
        throw .type(file: file, offset: start, found: found)
      }
      box.type = type
    case .array(let box) where box.array == nil:
      guard state.count == 5, case .integer(1) = state[0], let isFortranOrder = state[3].truth,
        case .text(let content) = state[4]
      else { throw malformed("an array without its five parts") }
      box.array = try array(
        content, shape: state[1], type: state[2], isFortranOrder: isFortranOrder)
    default: throw malformed("nothing that can be filled")
    }
  }

  private func array(
    _ content: ArraySlice<UInt8>, shape: PickleItem, type: PickleItem, isFortranOrder: Bool
  ) throws(PickleError) -> NumPyArray {
    guard case .type(let box) = type, let type = box.type else {
      throw malformed("an array without a type")
    }
    var lengths: [Int] = []
    for length in shape.tupleItems ?? [.none] {
      guard case .integer(let length) = length else { throw malformed("an array without a shape") }
      lengths.append(length)
    }
    guard
      let array = NumPyArray(
        type: type, shape: lengths, isFortranOrder: isFortranOrder, bytes: content)
    else {
      throw .arraySize(
        file: file, offset: start, shape: lengths, type: "\(type)", found: content.count)
    }
    return array
  }

  /// The bytes that a UTF-8 text represents, one byte for each character.
  private mutating func latin1(_ text: ArraySlice<UInt8>) throws(PickleError) -> ArraySlice<UInt8> {
    // The memo can return the same text any number of times.
    decodedCount += text.count
    try check(decodedCount, "bytes made of texts", bytes.count)
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var lead: UInt8 = 0
    for byte in text {
      switch (lead, byte) {
      case (0, 0..<0x80): bytes.append(byte)
      case (0, 0xC2), (0, 0xC3): lead = byte
      case (0xC2, 0x80..<0xC0), (0xC3, 0x80..<0xC0):
        bytes.append(lead << 6 | byte & 0x3F)
        lead = 0
      default: throw malformed("a text with characters beyond latin1")
      }
    }
    guard lead == 0 else { throw malformed("a text with characters beyond latin1") }
    return bytes[...]
  }
}
