/// The names of the subset and their symbols.
enum FormulaSymbols {
  /// Symbols that are set like variables.
  static let identifiers: [String: String] = [
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ϵ", "varepsilon": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "iota": "ι", "kappa": "κ", "lambda": "λ", "mu": "μ",
    "nu": "ν", "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "upsilon": "υ",
    "phi": "ϕ", "varphi": "φ", "chi": "χ", "psi": "ψ", "omega": "ω",
    "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ", "Xi": "Ξ", "Pi": "Π", "Sigma": "Σ",
    "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
    "ell": "ℓ", "infty": "∞", "partial": "∂", "nabla": "∇", "emptyset": "∅", "hbar": "ℏ",
    "ldots": "…", "dots": "…", "cdots": "⋯", "vdots": "⋮",
  ]

  /// Operators and relations, spaced by MathML.
  static let operators: [String: String] = [
    "cdot": "⋅", "times": "×", "div": "÷", "pm": "±", "mp": "∓", "odot": "⊙", "otimes": "⊗",
    "oplus": "⊕", "circ": "∘", "ast": "∗", "star": "⋆", "le": "≤", "leq": "≤", "ge": "≥",
    "geq": "≥", "ne": "≠", "neq": "≠", "approx": "≈", "equiv": "≡", "sim": "∼", "propto": "∝",
    "ll": "≪", "gg": "≫", "in": "∈", "notin": "∉", "subset": "⊂", "cup": "∪", "cap": "∩",
    "to": "→", "rightarrow": "→", "leftarrow": "←", "gets": "←", "mapsto": "↦", "iff": "⇔",
    "Rightarrow": "⇒", "mid": "∣", "parallel": "∥", "forall": "∀", "exists": "∃", "colon": ":",
  ]

  /// Operators whose limits are above and below in a display, and next to them within a line.
  static let largeOperators: [String: String] = [
    "sum": "∑", "prod": "∏", "bigcup": "⋃", "bigcap": "⋂",
  ]

  /// Functions whose limit is below them in a display.
  static let functionsWithLimits: Set<String> = [
    "max", "min", "sup", "inf", "lim", "argmax", "argmin",
  ]

  /// Functions, set upright with a small space before the argument.
  static let functions: Set<String> = [
    "exp", "log", "ln", "sin", "cos", "tan", "tanh", "arg", "det", "Pr", "sign", "softmax", "Var",
    "ReLU",
  ]

  static let accents: [String: String] = [
    "hat": "^", "bar": "¯", "tilde": "~", "dot": "˙", "ddot": "¨", "vec": "→",
  ]

  static let spaces: [String: String] = [
    ",": "0.1667em", ":": "0.2222em", ";": "0.2778em", " ": "0.25em", "!": "-0.1667em",
    "quad": "1em", "qquad": "2em",
  ]

  /// Brackets, by the name after `\left`, `\right` or a backslash.
  static let fences: [String: String] = [
    "(": "(", ")": ")", "[": "[", "]": "]", "|": "|", "/": "/", ".": "", "\\{": "{", "\\}": "}",
    "\\|": "‖", "\\lfloor": "⌊", "\\rfloor": "⌋", "\\lceil": "⌈", "\\rceil": "⌉",
    "\\langle": "⟨", "\\rangle": "⟩",
  ]

  /// Characters that are operators, including those that TeX displays as another character.
  static let operatorCharacters: [Character: String] = [
    "+": "+", "-": "−", "*": "∗", "/": "/", "=": "=", "<": "<", ">": ">", ":": ":", "!": "!",
    "?": "?", ",": ",", ";": ";", ".": ".", "−": "−", "×": "×", "·": "⋅", "⋅": "⋅", "±": "±",
    "≤": "≤", "≥": "≥", "≠": "≠", "≈": "≈", "∈": "∈", "→": "→", "←": "←", "⊙": "⊙", "∂": "∂",
    "∇": "∇", "∞": "∞", "…": "…", "⋯": "⋯", "∼": "∼", "∝": "∝", "∘": "∘", "∗": "∗",
  ]

  /// A letter in the style `\mathbb`, `\mathcal` or `\mathbf`, if Unicode has it.
  static func styled(_ letter: Character, _ style: String) -> String? {
    if style == "mathrm" { return letter.isLetter || letter.isNumber ? String(letter) : nil }
    if let special = exceptions[style]?[letter] { return special }
    guard let start = starts[style], let scalar = letter.unicodeScalars.first,
      letter.unicodeScalars.count == 1
    else { return nil }
    let (base, offset): (UInt32, UInt32?) =
      switch scalar {
      case "A"..."Z": (65, start.upper)
      case "a"..."z": (97, start.lower)
      case "0"..."9": (48, start.digit)
      default: (0, nil)
      }
    guard let offset else { return nil }
    return Unicode.Scalar(offset + scalar.value - base).map { String($0) }
  }

  private static let starts: [String: (upper: UInt32, lower: UInt32?, digit: UInt32?)] = [
    "mathbf": (0x1D400, 0x1D41A, 0x1D7CE), "mathbb": (0x1D538, 0x1D552, 0x1D7D8),
    "mathcal": (0x1D49C, nil, nil),
  ]

  /// Letters whose code points are outside the blocks of the styles.
  private static let exceptions: [String: [Character: String]] = [
    "mathbb": ["C": "ℂ", "H": "ℍ", "N": "ℕ", "P": "ℙ", "Q": "ℚ", "R": "ℝ", "Z": "ℤ"],
    "mathcal": [
      "B": "ℬ", "E": "ℰ", "F": "ℱ", "H": "ℋ", "I": "ℐ", "L": "ℒ", "M": "ℳ", "R": "ℛ",
    ],
  ]
}
