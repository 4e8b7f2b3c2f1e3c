import TensorFiles
import Testing

/// Texts of strangers on their way into a message.
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

  @Test func everyErrorIsOne() {
    struct Refusal: PrintableError { let message: String }
    #expect("\(Refusal(message: "no\nsuch\u{1B}[31m key"))" == "no such\\u{1b}[31m key")
  }
}
