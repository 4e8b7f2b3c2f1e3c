import TensorFiles
import Testing

/// Untrusted text in messages.
@Suite struct PrintableTextTests {
  @Test(arguments: [
    ("plain, é and 😀", "plain, é and 😀"),
    ("two  spaces stay", "two  spaces stay"),
    ("a\nb\r\n\tc", "a b c"),
    ("\n a \u{2028}b\u{85}", " a b"),
    ("\u{1B}[2J", "\\u{1b}[2J"),
    ("right\u{202E}left", "right\\u{202e}left"),
    ("\u{FEFF}mark \u{7F}", "\\u{feff}mark \\u{7f}"),
    ("", ""),
  ])
  func aLineIsPrintable(text: String, expected: String) {
    let line = PrintableText.line(text)
    #expect(line == expected)
    #expect(PrintableText.isPrintable(line))
  }

  @Test func aLineEnds() {
    let marks = "a" + String(repeating: "\u{301}", count: 5000)
    #expect(marks.count == 1, "one character to a reader")
    #expect(PrintableText.line(marks).unicodeScalars.count == 2001)
    #expect(PrintableText.line("abcdef", limit: 3) == "abc…")
  }

  @Test(arguments: [
    ("plain", 5, "plain"), ("e\u{301}tude", 5, "e\u{301}tude"), ("漢字", 4, "漢字"),
    ("한국어", 6, "한국어"), ("😀!", 3, "😀!"), ("قطة", 3, "قطة"), ("", 0, ""),
  ])
  func widthIsThatOfLatinLetters(text: String, width: Int, whole: String) {
    #expect(PrintableText.width(of: text) == width)
    #expect(PrintableText.cut(text, toWidth: max(width, 1)) == whole)
    for less in 1..<max(width, 1) {
      let cut = PrintableText.cut(text, toWidth: less)
      #expect(cut.hasSuffix("…") && PrintableText.width(of: cut) <= less, "\(cut)")
    }
  }

  @Test func cutsKeepWholeCharacters() {
    #expect(PrintableText.cut("漢字です", toWidth: 4) == "漢…")
    #expect(PrintableText.cut("漢字です", toWidth: 5) == "漢字…")
    #expect(PrintableText.cut("e\u{301}tude", toWidth: 2) == "e\u{301}…")
    let marks = "a" + String(repeating: "\u{301}", count: 5000)
    #expect(PrintableText.cut(marks, toWidth: 4) == "…")
  }

  @Test func everyErrorIsOne() {
    struct Refusal: PrintableError { let message: String }
    #expect("\(Refusal(message: "no\nsuch\u{1B}[31m key"))" == "no such\\u{1b}[31m key")
  }
}
