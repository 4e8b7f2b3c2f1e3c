import SourceText
import Testing

/// Pairs of texts that are the same code, and pairs that are not.
@Suite struct SourceTokensTests {
  private func canonical(
    _ text: String, _ language: SourceTokens.Language = .swift
  ) -> [UInt8] {
    SourceTokens(of: text.utf8, language: language).canonicalBytes
  }

  @Test(arguments: [
    ("let a = 1 // one", "let a = 1"),
    ("//: # Title\n//: prose\nlet a = 1\n", "let a = 1"),
    ("let a /* b /* c */ d */ = 1", "let a = 1"),
    ("let  a   =\t1\n\n\nlet b = 2", "let a = 1\nlet b = 2"),
    ("let a = b+c", "let a = b + c"),
    ("f(a,b)", "f(\n  a,\n  b\n)"),
    ("a\n  .map { $0 }\n  .filter { $0 }", "a.map { $0 }.filter { $0 }"),
    ("if a { b }", "if a {b}"),
    ("let a = b\n  ? c\n  : d", "let a = b ? c : d"),
    ("func f() -> Int {\n  1\n}", "func f()\n  -> Int { 1 }"),
    ("f( -x )", "f(-x)"),
    ("a!.b", "a! .b"),
    ("let a = 1\r\nlet b = 2\r\n", "let a = 1\nlet b = 2"),
  ])
  func layoutAndCommentsDoNotCount(left: String, right: String) {
    #expect(canonical(left) == canonical(right))
  }

  @Test(arguments: [
    ("let a = 1", "let a = 2"),
    ("let ab = 1", "let a b = 1"),
    ("a - b", "a -b"),
    ("a\n-b", "a - b"),
    ("return\na", "return a"),
    ("a\n(b)", "a(b)"),
    ("a\n[b]", "a[b]"),
    (#"print("a // b")"#, #"print("a // c")"#),
    (#"print("a  b")"#, #"print("a b")"#),
    (#"print("/* ")"#, #"print("/*")"#),
    (##"print(#"a" // b"#)"##, ##"print(#"a" // c"#)"##),
    (##"print(#"""# + "// a")"##, ##"print(#"""# + "// b")"##),
    ("let a = \"\"\"\n  x // y\n  \"\"\"", "let a = \"\"\"\n  x // z\n  \"\"\""),
    ("let a = \"\"\"\n  x\n  \"\"\"", "let a = \"\"\"\n  x \n  \"\"\""),
    (#"print("\(f("a)")) // b")"#, #"print("\(f("a)")) // c")"#),
    (#"print("\(f(")")) /* b")"#, #"print("\(f(")")) /* c")"#),
    (#"let a = "\"// b""#, #"let a = "\"// c""#),
    ("let a = /x  y/", "let a = /x y/"),
    (#"let a = /[ ]"x/"#, #"let a = /[  ]"x/"#),
    ("let a = #/x // y/#", "let a = #/x // z/#"),
    ("let `a b` = 1", "let `a  b` = 1"),
    ("#if A\nb\n#endif", "#if B\nb\n#endif"),
    ("a ? b : c", "a? b : c"),
    ("let π = 3", "let τ = 3"),
  ])
  func codeCounts(left: String, right: String) {
    #expect(canonical(left) != canonical(right))
  }

  @Test func unendedTextsEnd() {
    for text in [
      "\"abc", "/* abc", "\"\"\"\nabc", "#\"abc\n", "\"\\(abc", "`abc", "#/abc", "/", "#",
    ] {
      _ = canonical(text)
    }
  }

  @Test func headersKeepTheirLines() {
    #expect(canonical("#include <a.h> // why\n", .c) == canonical("#include <a.h>\n", .c))
    #expect(canonical("/* a /* b */ int c;", .c) == canonical("int c;", .c))
    #expect(canonical("#define A\nb", .c) != canonical("#define A b", .c))
    #expect(canonical("char a = '\"'; // b", .c) == canonical("char a = '\"';", .c))
    #expect(canonical("char a[] = \"// b\";", .c) != canonical("char a[] = \"// c\";", .c))
  }

  @Test func importsAreFound() {
    let source = """
      import A
      @preconcurrency import B
      public import struct C.D
      // import E
      let text = "import F"
      #if canImport(G)
      import G
      #endif
      """
    #expect(
      SourceTokens(of: source.utf8, language: .swift).importedModules == ["A", "B", "C", "G"])
  }
}
