import TensorFiles

/// Errors in the schema file: one case per rule. The description is one line.
public enum RecipeSchemaError: Error, Sendable, Equatable {
  /// The file can't be read, or is not YAML of words, lists and mappings.
  case document(RecipeError)
  /// The file is not `format: 1` with a mapping `keys`.
  case unknownFormat(RecipePlace, found: String)
  /// A key's name is not two or more kebab-case words joined by dots.
  case malformedName(RecipePlace, name: String)
  /// A key is also the section of another.
  case keyIsSection(RecipePlace, name: String, of: String)
  /// A key is both defined in the file and declared by the program, or declared for two entries.
  case declaredTwice(RecipePlace, name: String)
  /// The program declares no key of that name, and none below it.
  case undeclared(RecipePlace, name: String)
  /// A key lacks an attribute it needs.
  case missingAttribute(RecipePlace, key: String, attribute: String)
  /// No key, or no key of this type, has such an attribute.
  case unknownAttribute(
    RecipePlace, key: String, attribute: String, type: String, suggestion: String?)
  /// An attribute's value is not of the kind it must be.
  case malformedAttribute(
    RecipePlace, key: String, attribute: String, expected: String, found: String)
  /// A default is not a valid value of its key.
  case rejectedDefault(RecipeError)
  /// A condition has a value that its key can't have.
  case rejectedCondition(RecipeError)
}

extension RecipeSchemaError: PrintableError {
  public var message: String {
    switch self {
    case .document(let error): error.message
    case .unknownFormat(let place, let found):
      "\(place): expected a schema with 'format: 1' and 'keys:', found \(found); restore the file, "
        + "or rebuild the tools for its format"
    case .malformedName(let place, let name):
      "\(place): expected a key such as 'train.batch' (kebab-case words joined by dots, outside of "
        + "'about' and 'steps'), found '\(onOneLine(name))'; rename it"
    case .keyIsSection(let place, let name, let other):
      "\(place): '\(name)' can't be a key and the section of '\(other)'; rename one of the two"
    case .declaredTwice(let place, let name):
      "\(place): '\(name)' is declared for an earlier entry too; remove one of the two"
    case .undeclared(let place, let name):
      "\(place): the program declares no key '\(onOneLine(name))'; rebuild the tools, or spell the "
        + "key out"
    case .missingAttribute(let place, let key, let attribute):
      "\(place): \(onOneLine(key)): expected the attribute '\(attribute)', found none; add it"
    case .unknownAttribute(let place, let key, let attribute, let type, let suggestion):
      "\(place): \(onOneLine(key)): type \(onOneLine(type)) has no attribute "
        + "'\(onOneLine(attribute))'; "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "see the head of the file")
    case .malformedAttribute(let place, let key, let attribute, let expected, let found):
      "\(place): \(onOneLine(key)): \(attribute): expected \(expected), found \(found); correct it"
    case .rejectedDefault(let error):
      "\(error); the schema's default must be a value of its key"
    case .rejectedCondition(let error):
      "\(error); a condition under 'applies' must name values of the other key"
    }
  }
}
