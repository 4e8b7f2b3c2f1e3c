/// Extracts the formulas from Markdown, so that the Markdown parser doesn't interpret `_` and `*`
/// in them.
///
/// `$…$` is a formula within a line, `$$…$$` a formula on its own lines. A dollar sign opens a
/// formula if it is not followed by a space nor preceded by a letter or digit; it closes one if it
/// is not preceded by a space nor followed by a digit. So "$5 and $10" is money. `\$` and dollar
/// signs in code are never parts of formulas.
struct FormulaExtraction {
  /// A formula and the line on which it begins, counted from 0.
  struct Found {
    let tex: String
    let isDisplay: Bool
    let line: Int
  }

  /// The text with a mark for each formula.
  private(set) var text = ""
  private(set) var formulas: [Found] = []
  /// The line of a `$$` that is not closed; nil if there is none.
  private(set) var unendedLine: Int?

  /// Private-use characters as marks; those that the text already contains are replaced.
  static let opening: Character = "\u{E000}"
  static let closing: Character = "\u{E001}"

  private let characters: [Character]
  private var position = 0
  private var line = 0

  init(_ markdown: String) {
    characters = markdown.replacing("\r\n", with: "\n").map {
      Self.opening == $0 || Self.closing == $0 ? "\u{FFFD}" : $0
    }
    while position < characters.count { takeLineStart() }
  }

  // MARK: Lines

  /// Reads a line of a code block as a whole, and any other line piece by piece.
  private mutating func takeLineStart() {
    if let fence = fence(at: position) { return takeFencedBlock(fence) }
    if isIndentedCode { return takeLine() }
    let start = line
    while position < characters.count, line == start { takePiece() }
  }

  private mutating func take() {
    if characters[position] == "\n" { line += 1 }
    text.append(characters[position])
    position += 1
  }

  private mutating func takeLine() {
    while position < characters.count {
      let isEnd = characters[position] == "\n"
      take()
      if isEnd { return }
    }
  }

  /// Three or more backticks or tildes at the start of the line, after at most three spaces.
  private func fence(at start: Int) -> (mark: Character, count: Int)? {
    var index = start
    while index < characters.count, characters[index] == " ", index < start + 3 { index += 1 }
    guard index < characters.count, characters[index] == "`" || characters[index] == "~" else {
      return nil
    }
    let mark = characters[index]
    let count = characters[index...].prefix { $0 == mark }.count
    return count >= 3 ? (mark, count) : nil
  }

  private mutating func takeFencedBlock(_ opening: (mark: Character, count: Int)) {
    takeLine()
    while position < characters.count {
      let closing = fence(at: position)
      takeLine()
      if let closing, closing.mark == opening.mark, closing.count >= opening.count { return }
    }
  }

  /// Whether the line is indented by four spaces and follows an empty line or another line of
  /// indented code.
  private var isIndentedCode: Bool {
    characters[position...].prefix(4).elementsEqual("    ")
      && (text.isEmpty || text.hasSuffix("\n\n") || lastLineIsIndented)
  }

  private var lastLineIsIndented: Bool {
    text.dropLast().split(separator: "\n", omittingEmptySubsequences: false).last?
      .hasPrefix("    ") ?? false
  }

  // MARK: Pieces of a line

  private mutating func takePiece() {
    switch characters[position] {
    case "\\":
      take()
      if position < characters.count { take() }
    case "`": takeCode()
    case "$" where position + 1 < characters.count && characters[position + 1] == "$":
      takeDisplay()
    case "$": takeInline()
    default: take()
    }
  }

  /// Code between runs of backticks of equal length; a run that is not closed is literal text.
  private mutating func takeCode() {
    let count = characters[position...].prefix { $0 == "`" }.count
    var index = position + count
    while index < characters.count, !endsParagraph(at: index) {
      guard characters[index] == "`" else {
        index += 1
        continue
      }
      let run = characters[index...].prefix { $0 == "`" }.count
      index += run
      if run == count {
        while position < index { take() }
        return
      }
    }
    for _ in 0..<count { take() }
  }

  private func endsParagraph(at index: Int) -> Bool {
    characters[index] == "\n" && index + 1 < characters.count && characters[index + 1] == "\n"
  }

  private mutating func takeDisplay() {
    var index = position + 2
    while index + 1 < characters.count, !endsParagraph(at: index) {
      if characters[index] == "$", characters[index + 1] == "$" {
        return take(formula: position + 2..<index, isDisplay: true, end: index + 2)
      }
      index += characters[index] == "\\" ? 2 : 1
    }
    if unendedLine == nil { unendedLine = line }
    take()
    take()
  }

  private mutating func takeInline() {
    let before = position > 0 ? characters[position - 1] : " "
    guard !before.isLetter, !before.isNumber else { return take() }
    var index = position + 1
    guard index < characters.count, !characters[index].isWhitespace else { return take() }
    while index < characters.count, !endsParagraph(at: index), characters[index] != "`" {
      if characters[index] == "$" {
        let after = index + 1 < characters.count ? characters[index + 1] : " "
        guard index > position + 1, !characters[index - 1].isWhitespace, !after.isNumber else {
          return take()
        }
        return take(formula: position + 1..<index, isDisplay: false, end: index + 1)
      }
      index += characters[index] == "\\" ? 2 : 1
    }
    take()
  }

  private mutating func take(formula range: Range<Int>, isDisplay: Bool, end: Int) {
    formulas.append(Found(tex: String(characters[range]), isDisplay: isDisplay, line: line))
    text.append("\(Self.opening)\(formulas.count - 1)\(Self.closing)")
    line += characters[range].count { $0 == "\n" }
    position = end
  }
}
