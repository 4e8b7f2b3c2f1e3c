import SourceText
import Testing

/// The highlighting of sources on pages.
@Suite struct HighlightedSwiftTests {
  @Test(arguments: [
    ("let a = 1", "keyword:let |plain:a = |literal:1"),
    ("f(for: x, default: y)", "plain:f(for: x, default: y)"),
    ("case .a: b\ndefault: c", "keyword:case |plain:.a: b\n|keyword:default|plain:: c"),
    ("x.default", "plain:x.default"),
    ("Table(\"a\") // note", "type:Table|plain:(|literal:\"a\"|plain:) |comment:// note"),
    ("@Flag var a: Int", "attribute:@Flag |keyword:var |plain:a: |type:Int"),
    ("#if DEBUG", "attribute:#if |type:DEBUG"),
    ("a / b", "plain:a / b"),
    ("/* a */ b", "comment:/* a */ |plain:b"),
    ("let é = \"\\(x)\"", "keyword:let |plain:é = |literal:\"\\(x)\""),
    ("", ""),
  ])
  func looks(source: String, expected: String) {
    let spans = HighlightedSwift(of: source).spans
    let shown = spans.map { "\($0.look.rawValue):\($0.text)" }.joined(separator: "|")
    #expect(shown == expected)
  }

  @Test func nothingIsLost() {
    var state: UInt64 = 3
    let pieces = [
      "let ", "\"", "\\(", ")", "//", "/*", "*/", "\n", "#\"", "\"\"\"", "x", "é", "1.5", " ", "/",
      "@",
      ".", "`", "\r\n",
    ]
    for _ in 0..<2000 {
      var source = ""
      for _ in 0..<14 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        source += pieces[Int(state >> 33) % pieces.count]
      }
      let spans = HighlightedSwift(of: source).spans
      #expect(
        spans.map(\.text).joined().utf8.elementsEqual(source.utf8), "\(source.debugDescription)")
    }
  }
}
