/// Errors in the prose of a source file, in one line: the place, the problem and its repair.
public struct ProseError: Error, Sendable, Equatable, CustomStringConvertible {
  /// The rules.
  public enum Problem: Sendable, Equatable {
    /// A formula is not in the subset of TeX.
    case formula(tex: String, problem: FormulaProblem)
    /// `$$` without an end in its paragraph.
    case unendedFormula
    /// A picture from elsewhere, which the page would have to load.
    case picture(address: String)
  }

  public let file: String
  public let line: Int
  public let problem: Problem

  public init(file: String, line: Int, _ problem: Problem) {
    self.file = file
    self.line = line
    self.problem = problem
  }

  public var description: String {
    let what =
      switch problem {
      case .formula(let tex, let problem):
        "formula '\(tex.split(whereSeparator: \.isWhitespace).joined(separator: " "))': \(problem)"
      case .unendedFormula:
        "'$$' has no second '$$' in its paragraph; add it, or write \\$\\$"
      case .picture(let address):
        "the picture '\(address)' can't be part of the prose; let the stage show(figure:) one"
      }
    return "\(file):\(line): \(what)"
  }
}

/// Errors in a formula.
public enum FormulaProblem: Error, Sendable, Equatable, CustomStringConvertible {
  /// The subset has no such command.
  case unknownCommand(String)
  /// The subset has no such environment.
  case unknownEnvironment(String)
  /// A character has no meaning in formulas.
  case unknownCharacter(Character)
  /// A token is not allowed here.
  case unexpected(String, expected: String)
  /// The formula ends too early.
  case ended(expected: String)
  /// Two superscripts or two subscripts on one base.
  case doubleScript(Character)
  /// Braces nest too deeply.
  case tooDeep(limit: Int)

  public var description: String {
    switch self {
    case .unknownCommand(let name):
      "there is no command '\\\(name)' in the subset of TeX (Sources/Prose/FormulaSymbols.swift); "
        + "use one of its commands, or add it there"
    case .unknownEnvironment(let name):
      "there is no environment '\(name)'; there are \(FormulaParser.environmentNames)"
    case .unknownCharacter(let character):
      "the character '\(character)' has no meaning in a formula; put words into \\text{…}"
    case .unexpected(let found, let expected): "found '\(found)', expected \(expected)"
    case .ended(let expected): "it ends where \(expected) is expected"
    case .doubleScript(let mark): "two '\(mark)' on one base; group them with braces"
    case .tooDeep(let limit): "braces nest deeper than \(limit)"
    }
  }
}
