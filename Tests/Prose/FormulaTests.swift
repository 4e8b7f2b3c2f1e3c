import Pages
import Prose
import Testing

/// All parts of the TeX subset, and the rejection of everything else.
@Suite struct FormulaTests {
  /// The formula without the `math` element around it.
  private func drawn(_ tex: String) throws -> String {
    let markup = try Formula(tex).html.markup
    let start = try #require(markup.firstIndex(of: ">"))
    return String(markup[markup.index(after: start)...].dropLast("</math>".count))
  }

  @Test(arguments: [
    ("x", "<mi>x</mi>"),
    ("η", "<mi>η</mi>"),
    ("\\eta", "<mi>η</mi>"),
    ("50,000.5", "<mn>50,000.5</mn>"),
    ("x_{1,2}", "<msub><mi>x</mi><mrow><mn>1</mn><mo>,</mo><mn>2</mn></mrow></msub>"),
    ("a-b", "<mrow><mi>a</mi><mo>−</mo><mi>b</mi></mrow>"),
    // A sign after a relation belongs to the following term.
    ("a=-b", "<mrow><mi>a</mi><mo>=</mo><mo form=\"prefix\">−</mo><mi>b</mi></mrow>"),
    (
      "(-b)",
      "<mrow><mo stretchy=\"false\">(</mo><mo form=\"prefix\">−</mo><mi>b</mi><mo stretchy=\"false\">)</mo></mrow>"
    ),
    ("x_i^2", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"),
    ("x^2_i", "<msubsup><mi>x</mi><mi>i</mi><mn>2</mn></msubsup>"),
    ("f'", "<msup><mi>f</mi><mo>′</mo></msup>"),
    ("\\frac{1}{n}", "<mfrac><mn>1</mn><mi>n</mi></mfrac>"),
    ("\\sqrt{x}", "<msqrt><mi>x</mi></msqrt>"),
    ("\\sqrt[3]{x}", "<mroot><mi>x</mi><mn>3</mn></mroot>"),
    ("\\hat{x}", "<mover accent=\"true\"><mi>x</mi><mo stretchy=\"false\">^</mo></mover>"),
    (
      "\\sum_{i=1}^n",
      "<munderover><mo>∑</mo><mrow><mi>i</mi><mo>=</mo><mn>1</mn></mrow><mi>n</mi></munderover>"
    ),
    (
      "\\log p",
      "<mrow><mi>log</mi><mo>\u{2061}</mo><mspace width=\"0.1667em\"></mspace><mi>p</mi></mrow>"
    ),
    (
      "\\exp(x)",
      "<mrow><mi>exp</mi><mo>\u{2061}</mo><mo stretchy=\"false\">(</mo><mi>x</mi><mo stretchy=\"false\">)</mo></mrow>"
    ),
    ("\\operatorname{softmax}", "<mi>softmax</mi><mo>\u{2061}</mo>"),
    ("\\text{of a class}", "<mtext>of\u{A0}a\u{A0}class</mtext>"),
    ("\\text{50 \\%}", "<mtext>50\u{A0}%</mtext>"),
    ("\\mathbb{R}", "<mi>ℝ</mi>"), ("\\mathbf{x}", "<mi>𝐱</mi>"), ("\\mathcal{L}", "<mi>ℒ</mi>"),
    (
      "\\left( x \\right.",
      "<mrow><mo fence=\"true\" form=\"prefix\" stretchy=\"true\">(</mo><mi>x</mi></mrow>"
    ),
    ("a \\le b", "<mrow><mi>a</mi><mo>≤</mo><mi>b</mi></mrow>"),
    ("a \\odot b", "<mrow><mi>a</mi><mo>⊙</mo><mi>b</mi></mrow>"),
    (
      "\\{x\\}", "<mrow><mo stretchy=\"false\">{</mo><mi>x</mi><mo stretchy=\"false\">}</mo></mrow>"
    ),
    ("{x}_1", "<msub><mi>x</mi><mn>1</mn></msub>"),
    ("a < b", "<mrow><mi>a</mi><mo>&lt;</mo><mi>b</mi></mrow>"),
  ])
  func pieces(tex: String, expected: String) throws {
    #expect(try drawn(tex) == expected)
  }

  @Test func casesAndMatrices() throws {
    let cases = try drawn("\\begin{cases} x & x > 0 \\\\ 0 & \\text{else} \\end{cases}")
    #expect(
      cases.hasPrefix("<mrow><mo fence=\"true\" form=\"prefix\" stretchy=\"true\">{</mo><mtable>"))
    #expect(cases.components(separatedBy: "<mtr>").count == 3)
    #expect(cases.components(separatedBy: "<mtd style=\"text-align: left\">").count == 5)
    let matrix = try drawn("\\begin{pmatrix} a & b \\end{pmatrix}")
    #expect(matrix.contains(">(</mo><mtable>") && matrix.contains(">)</mo>"))
  }

  @Test func displayTellsItself() throws {
    let markup = try Formula("a \\cdot\n  b", isDisplay: true).html.markup
    #expect(
      markup
        == "<span class=\"formula\" tabindex=\"0\" role=\"group\" aria-label=\"Formula\"><math display=\"block\" alttext=\"a \\cdot b\">"
        + "<mrow><mi>a</mi><mo>⋅</mo><mi>b</mi></mrow></math></span>")
  }

  @Test(arguments: [
    ("\\foo", FormulaProblem.unknownCommand("foo")),
    ("\\begin{array} a \\end{array}", .unknownEnvironment("array")),
    ("a # b", .unexpected("#", expected: "something it can follow")),
    ("a\u{1F600}b", .unknownCharacter("\u{1F600}")),
    ("x^2^3", .doubleScript("^")), ("x_1_2", .doubleScript("_")),
    ("{x", .ended(expected: "the end of a group")),
    ("x}", .unexpected("}", expected: "something it can follow")),
    ("", .ended(expected: "a formula")), ("x^", .ended(expected: "what '^' belongs to")),
    ("\\left( x", .ended(expected: "the end of a group")),
    ("\\left? x \\right)", .unexpected("?", expected: "a bracket after \\left")),
    ("\\right)", .unexpected("\\right", expected: "what it belongs to before it")),
    ("\\text{a", .ended(expected: "'}'")), ("\\text a", .unexpected("a", expected: "'{'")),
    // Unlike in TeX, a number is a single symbol.
    ("\\frac12", .ended(expected: "what '\\frac' belongs to")),
    ("\\mathcal{1}", .unexpected("1", expected: "letters that \\mathcal has")),
    ("^2", .unexpected("^", expected: "something it can follow")),
    ("\\", .unknownCommand("")),
    ("a \\\\ b", .unexpected("\\\\", expected: "what it belongs to before it")),
    (String(repeating: "{", count: 100_000), .tooDeep(limit: 40)),
    (String(repeating: "\\sqrt", count: 100_000), .tooDeep(limit: 40)),
    (String(repeating: "x^", count: 100_000), .doubleScript("^")),
  ])
  func whatIsNotInTheSubsetIsRefused(tex: String, problem: FormulaProblem) throws {
    #expect(throws: problem) { try Formula(tex) }
  }

  /// Any error other than a `FormulaProblem` fails the test, and many texts must be accepted and
  /// many rejected.
  @Test func anyTextIsAFormulaOrAProblem() throws {
    var (drawn, refused) = (0, 0)
    var state: UInt64 = 1
    let pieces = [
      "\\frac", "{", "}", "\\left", "\\right", "(", ")", "\\begin{cases}", "\\end{cases}", "&",
      "\\\\",
      "x", "1", ",", "000", "^", "_", "'", "\\text", "\\sum", "\\", " ", "[", "]", "\\sqrt",
      "\\max", "é",
      "\\operatorname*", "\\{", "\\mathrm", "|", "\u{301}",
    ]
    for round in 0..<3000 {
      var tex = ""
      // Texts of many random pieces are rarely formulas.
      for _ in 0...round % 12 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        tex += pieces[Int(state >> 33) % pieces.count]
      }
      do {
        let markup = try Formula(tex).html.markup
        drawn += 1
        #expect(
          markup.components(separatedBy: "<m").count == markup.components(separatedBy: "</m").count,
          "\(tex): \(markup)")
      } catch {
        refused += 1
      }
    }
    #expect(drawn > 50 && refused > 1000, "\(drawn) drawn, \(refused) refused")
  }
}
