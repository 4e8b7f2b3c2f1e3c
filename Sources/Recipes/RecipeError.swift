/// The place of an error: a line of a file, or a `--set` of the command line.
public enum RecipePlace: Sendable, Equatable, CustomStringConvertible {
  case line(file: String, number: Int)
  case override(String)

  public var description: String {
    switch self {
    case .line(let file, let number): "\(file):\(number)"
    case .override(let text): "--set \(onOneLine(text))"
    }
  }
}

/// Errors in a recipe or in a `--set`: one case per rule. The description
/// is one line: place, key, what was expected and found, and how to repair it.
public enum RecipeError: Error, Sendable, Equatable {
  // The file
  /// The file is missing, is not a regular file or can't be read.
  case unreadable(file: String, reason: String)
  /// The file is larger than a recipe may be.
  case tooLarge(file: String, bytes: Int, limit: Int)
  /// The file's bytes are not UTF-8.
  case notUTF8(file: String)
  /// The file contains only blank space and comments.
  case empty(file: String)
  /// The text is not YAML.
  case syntax(RecipePlace, problem: String, hint: String)
  /// A node has an anchor, or is an alias of one.
  case alias(RecipePlace)
  /// More words begin with `*` than a text without aliases needs.
  case tooManyAliases(file: String, count: Int, limit: Int)
  /// A node has a tag, such as `!!str`.
  case tag(RecipePlace, tag: String)
  /// A key is a list or a mapping.
  case keyNotText(RecipePlace)
  /// A key is given twice, in one mapping or once dotted and once nested.
  case duplicateKey(RecipePlace, key: String, other: RecipePlace?)
  /// The file is not a mapping of keys, or a section is not.
  case notAMapping(RecipePlace, key: String, found: String)

  // Base recipes
  /// There is no recipe of that name beside the file.
  case unknownBase(RecipePlace, name: String, suggestion: String?)
  /// The base recipes form a cycle; the first and the last file are the same.
  case baseCycle(RecipePlace, files: [String])

  // Keys and values
  /// The schema has no such key.
  case unknownKey(RecipePlace, key: String, suggestions: [String], schema: String)
  /// The value has the wrong type.
  case wrongType(RecipePlace, key: String, expected: String, found: String, hint: String)
  /// The number is outside its bounds.
  case outOfRange(RecipePlace, key: String, expected: String, found: String)
  /// The integer needs more than 64 bits.
  case integerOverflow(RecipePlace, key: String, found: String)
  /// The number is infinite, not a number, or beyond the range of a `Double`.
  case notFinite(RecipePlace, key: String, found: String)
  /// The number is within its bounds, but not after rounding to float32: it vanishes, overflows,
  /// has lost digits, or reaches a bound that it must stay clear of.
  case notFloat32(RecipePlace, key: String, expected: String, found: String, becomes: String)
  /// The number is greater than that of another key which it must not exceed.
  case aboveOther(
    RecipePlace, key: String, found: String, other: String, limit: String, otherPlace: String)
  /// The word is not one of the choices.
  case unknownChoice(
    RecipePlace, key: String, choices: [String], found: String, suggestion: String?)
  /// The text does not match the key's pattern.
  case patternMismatch(RecipePlace, key: String, example: String, found: String)
  /// The list has too few or too many items.
  case wrongLength(RecipePlace, key: String, expected: String, found: Int)

  // Steps
  /// An item of `steps` has none of the three forms.
  case malformedStep(RecipePlace, found: String)
  /// A step's name can't be the name of a folder and a section.
  case stepName(RecipePlace, name: String, problem: String)
  /// Two steps have one name.
  case duplicateStep(RecipePlace, name: String)
  /// A step runs a stage that does not exist.
  case unknownStage(RecipePlace, name: String, suggestion: String?, stages: [String])
  /// A step's input does not come from an earlier step.
  case stepInput(RecipePlace, input: String, source: String, earlier: [String])
  /// A step has its own section, but its stage reads none or several.
  case noOwnSection(RecipePlace, step: String, stage: String, sections: [String])

  // The command line
  /// A `--set` is not `key=value`, or sets what only a file may hold.
  case malformedOverride(RecipePlace, problem: String)
}
