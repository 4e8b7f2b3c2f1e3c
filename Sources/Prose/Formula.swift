import Pages

/// A formula, converted from a subset of TeX to MathML, which browsers display without scripts.
///
/// The subset:
///
/// - letters, including Greek ones, directly (`η`) or by name (`\eta`), numbers,
///   `+ - * / = < > ! | ( ) [ ]`;
/// - `x_{i}`, `x^{2}`, `x'`, groups in braces;
/// - `\frac{a}{b}`, `\binom{n}{k}`, `\sqrt{x}`, `\sqrt[3]{x}`;
/// - `\hat \bar \tilde \dot \vec \overline \underline` over one symbol or a group;
/// - `\sum \prod \int \max \min \arg\max …` with limits, functions such as `\log`, any other one by
///   `\operatorname{softmax}`;
/// - `\left( … \right)` with brackets that grow, also `[ ] \{ \} | \| \lfloor \rfloor \lceil \rceil
///   \langle \rangle` and `.` for none;
/// - `\text{words}`, `\mathrm \mathbf \mathbb \mathcal`;
/// - `\begin{matrix} a & b \\ c & d \end{matrix}`, also `pmatrix`, `bmatrix`, `cases`, `aligned`;
/// - spaces `\, \; \quad \qquad`, and the symbols of `FormulaSymbols`.
///
/// Everything else is an error.
public struct Formula: Sendable, Equatable {
  public let tex: String
  public let isDisplay: Bool
  /// The `math` element, with the TeX source for copying and for screen readers.
  public let html: HTML

  /// - Parameter isDisplay: Whether the formula has its own lines, with limits above and below
  ///   operators.
  /// - Throws: `FormulaProblem` if the formula is not in the subset.
  public init(_ tex: String, isDisplay: Bool = false) throws(FormulaProblem) {
    self.tex = tex
    self.isDisplay = isDisplay
    var parser = FormulaParser(tex)
    let row = try parser.formula()
    let display: HTML = isDisplay ? " display=\"block\"" : ""
    let source = tex.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    let math: HTML = "<math\(display) alttext=\"\(source)\">\(row)</math>"
    // A formula that is wider than the page can be scrolled in its box, also by keyboard.
    html =
      isDisplay
      ? "<span class=\"formula\" tabindex=\"0\" role=\"group\" aria-label=\"Formula\">\(math)</span>"
      : math
  }
}
