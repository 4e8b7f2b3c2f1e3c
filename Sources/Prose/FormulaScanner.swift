/// The characters of a formula, read from left to right.
struct FormulaScanner {
  private let characters: [Character]
  private var position = 0

  init(_ tex: String) { characters = Array(tex) }

  var isAtEnd: Bool { position >= characters.count }
  /// The next character; nil at the end.
  var peek: Character? { isAtEnd ? nil : characters[position] }

  /// Skips `count` characters, which must exist.
  mutating func skip(_ count: Int = 1) { position += count }

  /// Whether `command` comes next, and not a longer name.
  func matches(_ command: String) -> Bool {
    let end = position + command.count
    guard end <= characters.count, characters[position..<end].elementsEqual(command) else {
      return false
    }
    return
      !(command.last?.isLetter == true && end < characters.count
      && characters[end].isASCII && characters[end].isLetter)
  }

  mutating func skipBlanks() {
    while let next = peek, next.isWhitespace { position += 1 }
  }

  /// The name of the next command, whose backslash is next: letters, or one other character.
  mutating func commandName() -> String {
    position += 1
    guard let first = peek else { return "" }
    position += 1
    guard first.isASCII, first.isLetter else { return first.isWhitespace ? " " : String(first) }
    var name = String(first)
    while let next = peek, next.isASCII, next.isLetter {
      name.append(next)
      position += 1
    }
    return name
  }

  /// Digits with a decimal point, or with commas between thousands.
  mutating func number(from first: Character) -> String {
    var text = String(first)
    func isDigit(_ index: Int) -> Bool {
      characters.indices.contains(index) && characters[index].isASCII
        && characters[index].isNumber
    }
    while let next = peek {
      if isDigit(position) || (next == "." && isDigit(position + 1)) {
        text.append(next)
        position += 1
      } else if next == ",", isDigit(position + 1), isDigit(position + 2), isDigit(position + 3),
        !isDigit(position + 4), (1...3).contains(text.split(separator: ",").last?.count ?? 0)
      {
        text.append(",")
        position += 1
      } else {
        break
      }
    }
    return text
  }

  /// The text in braces, unchanged; spaces at its ends are kept.
  mutating func words() throws(FormulaProblem) -> String {
    skipBlanks()
    guard peek == "{" else { throw .unexpected(peek.map(String.init) ?? "", expected: "'{'") }
    position += 1
    var text = ""
    while let next = peek, next != "}" {
      guard next == "\\" else {
        text.append(next.isWhitespace ? "\u{A0}" : next)
        position += 1
        continue
      }
      let name = commandName()
      guard ["%", "$", "#", "&", "_", "{", "}"].contains(name) else {
        throw .unexpected("\\\(name)", expected: "words")
      }
      text += name
    }
    guard !isAtEnd else { throw .ended(expected: "'}'") }
    position += 1
    return text
  }
}
