import Foundation
import TensorFiles
import Testing

/// Hostile texts from files, and their printed form.
@Suite struct PrintableTextTests {
  private static let hostile: [(text: String, escaped: String, json: String)] = [
    ("\u{1B}[2J", #"\u{1b}[2J"#, #"\u001b[2J"#),
    ("\u{9B}31m", #"\u{9b}31m"#, #"\u009b31m"#),
    ("\u{1B}]0;title\u{7}", #"\u{1b}]0;title\u{7}"#, #"\u001b]0;title\u0007"#),
    ("ab\u{202E}dc", #"ab\u{202e}dc"#, #"ab\u202edc"#),
    ("\u{2066}x\u{2069}", #"\u{2066}x\u{2069}"#, #"\u2066x\u2069"#),
    ("a\u{200B}b\u{FEFF}", #"a\u{200b}b\u{feff}"#, #"a\u200bb\ufeff"#),
    ("\u{7F}\u{0}", #"\u{7f}\u{0}"#, #"\u007f\u0000"#),
    ("\u{2028}", #"\u{2028}"#, #"\u2028"#),
    ("\u{E0041}", #"\u{e0041}"#, #"\udb40\udc41"#),
    ("Wörter, 語 🙂 e\u{301}", "Wörter, 語 🙂 e\u{301}", "Wörter, 語 🙂 e\u{301}"),
  ]

  @Test(arguments: hostile)
  func nothingThatATerminalObeysPasses(_ text: String, _ escaped: String, _ json: String) throws {
    #expect(PrintableText.escaped(text) == escaped)
    #expect(PrintableText.isPrintable(escaped))
    #expect(PrintableText.escaped(escaped) == escaped, "printed by two who both escape")
    #expect(PrintableText.escapedJSON(text) == json)
  }

  @Test func lineBreaksAndTabsOfAFileStayInItsLine() {
    #expect(
      PrintableText.escaped("cat\nerror: none\tdog\r") == #"cat\u{a}error: none\u{9}dog\u{d}"#)
  }

  /// The value is the same, and the text contains only printable characters and its own line
  /// breaks.
  @Test(arguments: hostile.map(\.text) + ["\n\t\"\\"])
  func escapedJSONIsTheSameValue(_ text: String) throws {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .withoutEscapingSlashes]
    let plain = String(decoding: try encoder.encode([text: [text]]), as: UTF8.self)
    let shown = PrintableText.escapedJSON(plain)
    #expect(
      try JSONDecoder().decode([String: [String]].self, from: Data(shown.utf8)) == [text: [text]])
    #expect(shown.split(separator: "\n").map(String.init).allSatisfy(PrintableText.isPrintable))
  }

  @Test(arguments: [
    ("\u{1B}[38;2;1;2;3;48;2;4;5;6m▀\u{1B}[0m", "\u{1B}[38;2;1;2;3;48;2;4;5;6m▀\u{1B}[0m"),
    ("\u{1B}[mcat\u{1B}[2Jdog", "\u{1B}[mcat\\u{1b}[2Jdog"),
    ("\u{1B}[31", "\\u{1b}[31"), ("\u{9B}31m", "\\u{9b}31m"),
    ("a\nb\u{1B}[1m", "a\\u{a}b\u{1B}[1m"),
    ("", ""),
  ])
  func coloursPassAndNothingElse(_ text: String, _ expected: String) {
    #expect(PrintableText.escapedBetweenColours(text) == expected)
  }
}
