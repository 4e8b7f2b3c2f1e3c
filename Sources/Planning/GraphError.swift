import Recipes
import TensorFiles

/// Errors in `stages/graph.yaml`: one case per rule, each with the file and the line.
public enum GraphError: PrintableError, Sendable, Equatable {
  /// The file is missing or can't be read.
  case unreadable(file: String, reason: String)
  /// The text is not YAML.
  case syntax(place: String, problem: String)
  /// The text is too long for a graph, or has more aliases than the parser handles safely.
  case bounds(RecipeError)
  /// This program does not know the file's version.
  case format(place: String, found: String)
  /// A value has the wrong type.
  case wrongType(place: String, key: String, expected: String, found: String)
  /// A key has no meaning here.
  case unknownKey(place: String, key: String, suggestion: String?)
  /// A stage, input, output or file has an invalid name.
  case badName(place: String, what: String, name: String)
  /// The recipe's schema has no such section or key.
  case unknownSection(place: String, stage: String, name: String, suggestion: String?)
  /// An input comes from a stage that the graph does not have.
  case unknownStage(place: String, input: String, name: String, suggestion: String?)
  /// An input comes from an output that its stage does not declare.
  case unknownOutput(place: String, input: String, reference: String, suggestion: String?)
  /// An input that is required comes from a stage that is not earlier.
  case notEarlier(place: String, stage: String, input: String, producer: String)
  /// Two outputs or records of a stage claim one file.
  case claimedTwice(place: String, stage: String, file: String)

  public var message: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): can't be read: \(reason); restore the file"
    case .syntax(let place, let problem):
      "\(place): not YAML: \(problem); check indentation, colons and brackets here and above"
    case .bounds(let error): error.message
    case .format(let place, let found):
      "\(place): format: expected 1, found \(found); update the project, or write format: 1"
    case .wrongType(let place, let key, let expected, let found):
      "\(place): \(key): expected \(expected), found \(found)"
    case .unknownKey(let place, let key, let suggestion):
      "\(place): unknown key '\(key)'" + Self.asking(suggestion, otherwise: "; remove it")
    case .badName(let place, let what, let name):
      "\(place): '\(name)' can't name \(what); use small letters, digits and hyphens"
        + (what == "a file" ? ", with a full stop or '*', and no folder" : "")
    case .unknownSection(let place, let stage, let name, let suggestion):
      "\(place): \(stage) reads '\(name)', which is no section or key of the recipe schema"
        + Self.asking(suggestion, otherwise: "; declare it in the schema")
    case .unknownStage(let place, let input, let name, let suggestion):
      "\(place): input '\(input)' comes from '\(name)', which is no stage"
        + Self.asking(suggestion, otherwise: "; declare it")
    case .unknownOutput(let place, let input, let reference, let suggestion):
      "\(place): input '\(input)' comes from '\(reference)', which is no output"
        + Self.asking(suggestion, otherwise: "; declare it")
    case .notEarlier(let place, let stage, let input, let producer):
      "\(place): \(stage) requires input '\(input)' of \(producer), which does not come earlier; "
        + "move \(producer) up, or end the input's name in '?'"
    case .claimedTwice(let place, let stage, let file):
      "\(place): \(stage) lists '\(file)' twice among its outputs and records; list it once"
    }
  }

  private static func asking(_ suggestion: String?, otherwise: String) -> String {
    suggestion.map { "; did you mean '\($0)'?" } ?? otherwise
  }
}
