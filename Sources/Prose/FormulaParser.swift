import Pages

/// Reads the subset of TeX that `Formula` describes, by recursive descent.
struct FormulaParser {
  /// The role of a piece, which determines the spacing around it.
  private enum Role {
    case ordinary, opening, operation, function, space
  }

  private struct Atom {
    var html: HTML
    var role = Role.ordinary
    /// Whether scripts are set as limits above and below.
    var takesLimits = false

    /// Whether it can be a sign of the following term: plus and minus.
    var isSign: Bool {
      ["<mo>+</mo>", "<mo>−</mo>", "<mo>±</mo>", "<mo>∓</mo>"].contains(html.markup)
    }
  }

  private static let depthLimit = 40

  private var text: FormulaScanner
  private var depth = 0

  init(_ tex: String) { text = FormulaScanner(tex) }

  /// The whole formula.
  mutating func formula() throws(FormulaProblem) -> HTML {
    text.skipBlanks()
    guard !text.isAtEnd else { throw .ended(expected: "a formula") }
    return try row { $0.isAtEnd }
  }

  // MARK: Rows

  /// The pieces until `isEnd` is true, as one row.
  private mutating func row(until isEnd: (FormulaScanner) -> Bool) throws(FormulaProblem) -> HTML {
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw .tooDeep(limit: Self.depthLimit) }
    var pieces: [HTML] = []
    var previous = Role.opening
    while true {
      text.skipBlanks()
      if isEnd(text) { break }
      guard !text.isAtEnd else { throw .ended(expected: "the end of a group") }
      var atom = try atom()
      if atom.isSign, previous == .opening || previous == .operation {
        atom.html = HTML(trusted: atom.html.markup.replacing("<mo>", with: "<mo form=\"prefix\">"))
      }
      try addScripts(to: &atom)
      if atom.role == .function {
        if previous == .ordinary { pieces.append(Self.thinSpace) }
        pieces.append(atom.html + Self.application)
        text.skipBlanks()
        if !text.isAtEnd, !isEnd(text), !opensGroup { pieces.append(Self.thinSpace) }
      } else {
        pieces.append(atom.html)
      }
      previous = atom.role
    }
    if pieces.count == 1 { return pieces[0] }
    return "<mrow>\(pieces.joined(separator: ""))</mrow>"
  }

  private static let thinSpace: HTML = "<mspace width=\"0.1667em\"></mspace>"
  /// The invisible operator for applying a function.
  private static let application: HTML = "<mo>\u{2061}</mo>"

  /// Whether a bracket or an operator comes next, before which a function needs no space.
  private var opensGroup: Bool {
    guard let next = text.peek else { return false }
    return "([|_^,.)]=+-".contains(next)
      || ["\\left", "\\{", "\\|"].contains { text.matches($0) }
  }

  // MARK: Scripts

  private mutating func addScripts(to atom: inout Atom) throws(FormulaProblem) {
    var (lower, upper): (HTML?, HTML?) = (nil, nil)
    var primes = ""
    while true {
      text.skipBlanks()
      guard let mark = text.peek, mark == "_" || mark == "^" || mark == "'" else { break }
      text.skip()
      if mark == "'" {
        primes += "′"
        continue
      }
      guard (mark == "_" ? lower : upper) == nil else { throw .doubleScript(mark) }
      let script = try argument(of: String(mark))
      if mark == "_" { lower = script } else { upper = script }
    }
    if !primes.isEmpty {
      let prime: HTML = "<mo>\(primes)</mo>"
      upper = upper.map { "<mrow>\(prime)\($0)</mrow>" } ?? prime
    }
    let base = atom.html
    switch (lower, upper, atom.takesLimits) {
    case (nil, nil, _): break
    case (let lower?, nil, false): atom.html = "<msub>\(base)\(lower)</msub>"
    case (nil, let upper?, false): atom.html = "<msup>\(base)\(upper)</msup>"
    case (let lower?, let upper?, false): atom.html = "<msubsup>\(base)\(lower)\(upper)</msubsup>"
    case (let lower?, nil, true): atom.html = "<munder>\(base)\(lower)</munder>"
    case (nil, let upper?, true): atom.html = "<mover>\(base)\(upper)</mover>"
    case (let lower?, let upper?, true):
      atom.html = "<munderover>\(base)\(lower)\(upper)</munderover>"
    }
  }

  /// One piece without scripts, or a group in braces.
  private mutating func argument(of owner: String) throws(FormulaProblem) -> HTML {
    text.skipBlanks()
    guard !text.isAtEnd else { throw .ended(expected: "what '\(owner)' belongs to") }
    depth += 1
    defer { depth -= 1 }
    guard depth <= Self.depthLimit else { throw .tooDeep(limit: Self.depthLimit) }
    return try atom().html
  }

  // MARK: Pieces

  private mutating func atom() throws(FormulaProblem) -> Atom {
    guard let character = text.peek else { throw .ended(expected: "something to draw") }
    if character == "\\" { return try command() }
    if character == "{" { return Atom(html: try group()) }
    text.skip()
    if character.isASCII && character.isNumber {
      return Atom(html: "<mn>\(text.number(from: character))</mn>")
    }
    if character.isLetter { return Atom(html: "<mi>\(String(character))</mi>") }
    switch character {
    case "(", "[": return Atom(html: Self.fence(String(character)), role: .opening)
    case ")", "]": return Atom(html: Self.fence(String(character)))
    case "|", "∥", "‖", "∣":
      return Atom(
        html: "<mo stretchy=\"false\" lspace=\"0\" rspace=\"0\">\(String(character))</mo>")
    case "~": return Atom(html: Self.space("0.25em"), role: .space)
    default: break
    }
    if let symbol = FormulaSymbols.operatorCharacters[character] {
      return Atom(html: "<mo>\(symbol)</mo>", role: .operation)
    }
    let marks: Set<Character> = ["^", "_", "'", "}", "&", "$", "#", "%"]
    guard !marks.contains(character) else {
      throw .unexpected(String(character), expected: "something it can follow")
    }
    throw .unknownCharacter(character)
  }

  private static func fence(_ text: String) -> HTML { "<mo stretchy=\"false\">\(text)</mo>" }
  private static func space(_ width: String) -> HTML { "<mspace width=\"\(width)\"></mspace>" }

  private mutating func group() throws(FormulaProblem) -> HTML {
    text.skip()
    let row = try row { $0.peek == "}" }
    text.skip()
    return row
  }

  // MARK: Commands

  private mutating func command() throws(FormulaProblem) -> Atom {
    let name = text.commandName()
    if let symbol = FormulaSymbols.identifiers[name] { return Atom(html: "<mi>\(symbol)</mi>") }
    if let symbol = FormulaSymbols.operators[name] {
      return Atom(html: "<mo>\(symbol)</mo>", role: .operation)
    }
    if let symbol = FormulaSymbols.largeOperators[name] {
      return Atom(html: "<mo>\(symbol)</mo>", role: .operation, takesLimits: true)
    }
    if FormulaSymbols.functionsWithLimits.contains(name) { return Self.limitFunction(name) }
    if FormulaSymbols.functions.contains(name) {
      return Atom(html: "<mi>\(name)</mi>", role: .function)
    }
    if let width = FormulaSymbols.spaces[name] {
      return Atom(html: Self.space(width), role: .space)
    }
    if let accent = FormulaSymbols.accents[name] {
      let base = try argument(of: "\\\(name)")
      return Atom(
        html: "<mover accent=\"true\">\(base)<mo stretchy=\"false\">\(accent)</mo></mover>")
    }
    if let fence = FormulaSymbols.fences["\\\(name)"] { return Atom(html: Self.fence(fence)) }
    return try construction(name)
  }

  /// A command with arguments.
  private mutating func construction(_ name: String) throws(FormulaProblem) -> Atom {
    switch name {
    case "frac", "binom":
      let (above, below) = (try argument(of: "\\\(name)"), try argument(of: "\\\(name)"))
      if name == "frac" { return Atom(html: "<mfrac>\(above)\(below)</mfrac>") }
      return Atom(
        html: "<mrow><mo>(</mo><mfrac linethickness=\"0\">\(above)\(below)</mfrac><mo>)</mo></mrow>"
      )
    case "sqrt": return Atom(html: try root())
    case "overline", "underline":
      let base = try argument(of: "\\\(name)")
      return Atom(
        html: name == "overline"
          ? "<mover>\(base)<mo stretchy=\"true\">‾</mo></mover>"
          : "<munder>\(base)<mo stretchy=\"true\">_</mo></munder>")
    case "int": return Atom(html: "<mo>∫</mo>", role: .operation)
    case "text": return Atom(html: "<mtext>\(try text.words())</mtext>")
    case "operatorname":
      let takesLimits = text.peek == "*"
      if takesLimits { text.skip() }
      let name = try text.words()
      return takesLimits
        ? Self.limitFunction(name) : Atom(html: "<mi>\(name)</mi>", role: .function)
    case "mathrm", "mathbf", "mathbb", "mathcal": return Atom(html: try styled(name))
    case "left": return Atom(html: try fenced())
    case "begin": return Atom(html: try environment())
    case "%", "$", "#", "&", "_": return Atom(html: "<mo>\(name)</mo>")
    case "right", "end", "\\":
      throw .unexpected("\\\(name)", expected: "what it belongs to before it")
    default: throw .unknownCommand(name)
    }
  }

  private static func limitFunction(_ name: String) -> Atom {
    let shown = name.hasPrefix("arg") && name.count > 3 ? "arg\u{2009}\(name.dropFirst(3))" : name
    return Atom(
      html:
        "<mo movablelimits=\"true\" form=\"prefix\" lspace=\"0\" rspace=\"0.1667em\">\(shown)</mo>",
      role: .function, takesLimits: true)
  }

  /// `\sqrt{x}` or `\sqrt[n]{x}`.
  private mutating func root() throws(FormulaProblem) -> HTML {
    text.skipBlanks()
    guard text.peek == "[" else { return "<msqrt>\(try argument(of: "\\sqrt"))</msqrt>" }
    text.skip()
    let degree = try row { $0.peek == "]" }
    text.skip()
    return "<mroot>\(try argument(of: "\\sqrt"))\(degree)</mroot>"
  }

  private mutating func styled(_ style: String) throws(FormulaProblem) -> HTML {
    let letters = try text.words()
    var shown = ""
    for letter in letters {
      guard let symbol = FormulaSymbols.styled(letter, style) else {
        throw .unexpected(String(letter), expected: "letters that \\\(style) has")
      }
      shown += symbol
    }
    guard !shown.isEmpty else { throw .ended(expected: "letters after \\\(style)") }
    // Only a single letter needs a style to be upright; several letters are upright anyway.
    return letters.count == 1 && style == "mathrm"
      ? "<mi mathvariant=\"normal\">\(shown)</mi>" : "<mi>\(shown)</mi>"
  }

  // MARK: Brackets and environments

  private mutating func fenced() throws(FormulaProblem) -> HTML {
    let opening = try bracket(after: "left")
    let row = try row { $0.matches("\\right") }
    text.skip("\\right".count)
    let closing = try bracket(after: "right")
    func mark(_ text: String, _ form: HTML) -> HTML {
      text.isEmpty ? "" : "<mo fence=\"true\" form=\"\(form)\" stretchy=\"true\">\(text)</mo>"
    }
    return "<mrow>\(mark(opening, "prefix"))\(row)\(mark(closing, "postfix"))</mrow>"
  }

  private mutating func bracket(after word: String) throws(FormulaProblem) -> String {
    text.skipBlanks()
    guard let next = text.peek else { throw .ended(expected: "a bracket after \\\(word)") }
    let name: String
    if next == "\\" {
      name = "\\" + text.commandName()
    } else {
      name = String(next)
      text.skip()
    }
    guard let fence = FormulaSymbols.fences[name] else {
      throw .unexpected(name, expected: "a bracket after \\\(word)")
    }
    return fence
  }

  private static let environments: [String: (open: String, close: String, sides: [HTML])] = [
    "matrix": ("", "", ["center"]), "pmatrix": ("(", ")", ["center"]),
    "bmatrix": ("[", "]", ["center"]), "cases": ("{", "", ["left"]),
    "aligned": ("", "", ["right", "left"]),
  ]

  static var environmentNames: String { environments.keys.sorted().joined(separator: ", ") }

  private mutating func environment() throws(FormulaProblem) -> HTML {
    let name = try text.words()
    guard let environment = Self.environments[name] else { throw .unknownEnvironment(name) }
    var rows: [HTML] = []
    var cells: [HTML] = []
    while true {
      let cell = try row { $0.peek == "&" || $0.matches("\\\\") || $0.matches("\\end") }
      let side = environment.sides[cells.count % environment.sides.count]
      cells.append("<mtd style=\"text-align: \(side)\">\(cell)</mtd>")
      if text.peek == "&" {
        text.skip()
        continue
      }
      rows.append("<mtr>\(cells.joined(separator: ""))</mtr>")
      cells = []
      let ends = text.matches("\\end")
      text.skip(ends ? "\\end".count : "\\\\".count)
      guard ends else { continue }
      let closing = try text.words()
      guard closing == name else { throw .unexpected(closing, expected: "\\end{\(name)}") }
      break
    }
    let style: HTML = name == "aligned" ? " displaystyle=\"true\"" : ""
    let table: HTML = "<mtable\(style)>\(rows.joined(separator: ""))</mtable>"
    guard !environment.open.isEmpty else { return table }
    let close: HTML =
      environment.close.isEmpty
      ? "" : "<mo fence=\"true\" form=\"postfix\" stretchy=\"true\">\(environment.close)</mo>"
    return """
      <mrow><mo fence="true" form="prefix" stretchy="true">\(environment.open)</mo>\(table)\(close)</mrow>
      """
  }
}
