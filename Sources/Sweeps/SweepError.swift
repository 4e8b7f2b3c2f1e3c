import TensorFiles

/// Errors of sweeps: one case per rule.
public enum SweepError: PrintableError, Sendable, Equatable {
  /// A `--set` does not have the form `key=value,…`.
  case notAKey(String)
  /// A bracket or quote in a list of values is not closed.
  case unbalanced(key: String, values: String)
  /// A list of values contains an empty value.
  case emptyValue(key: String, values: String)
  /// A list contains a value twice.
  case repeatedValue(key: String, value: String)
  /// A key is given twice.
  case repeatedKey(String)
  /// No stage of the recipe has a seed.
  case noSeed(recipe: String)
  /// The number of seeds, or a seed, is out of range.
  case seedCount(found: String)
  /// Seeds are given both by number and by a key.
  case seedsTwice(key: String)
  /// The grid has more runs than the limit.
  case tooMany(runs: Int?, limit: Int)
  /// The values are too long for this number of runs.
  case tooLong(limit: Int)
  /// A sweep's name can't name a folder.
  case badName(String)
  /// The name of a sweep is already that of a run.
  case nameOfRun(String)
  /// No sweep has this name.
  case unknownSweep(name: String, suggestion: String?, known: [String])
  /// The sweep has no such run.
  case unknownRun(name: String, sweep: String)
  /// Another command is running the sweep.
  case inProgress(String)
  /// A file of a sweep can't be read.
  case unreadable(file: String, reason: String)
  /// A sweep file has an unknown key, or a value of another type.
  case fileWord(place: String, key: String, expected: String)

  public var message: String {
    switch self {
    case .notAKey(let text):
      "--set '\(text)': expected KEY=VALUE or KEY=VALUE,VALUE,…, as in --set train.epochs=3,10"
    case .unbalanced(let key, let values):
      "\(key)=\(values): a bracket or quote is not closed; quote the word for the shell, as in --set '\(key)=[1, 2],[3]'"
    case .emptyValue(let key, let values):
      "\(key)=\(values): a value is empty; write null where none is meant"
    case .repeatedValue(let key, let value): "\(key): the value \(value) is given twice; remove one"
    case .repeatedKey(let key):
      "the key \(key) is given twice; give all its values at once, split by commas"
    case .noSeed(let recipe):
      "no step of the recipe '\(recipe)' has a seed that --seeds could set; leave --seeds out"
    case .seedCount(let found):
      "--seeds takes a number from 1 to 1000, or in a sweep file a list of whole numbers from 0; found '\(found)'"
    case .seedsTwice(let key): "seeds are given by --seeds and by \(key); leave one out"
    case .tooMany(let runs, let limit):
      "the grid has \(runs.map { "\($0) runs, " } ?? "")more than \(limit) runs; take fewer values or seeds"
    case .tooLong(let limit):
      "the values of all runs together are longer than \(limit) bytes; take shorter ones, or put them into a recipe"
    case .badName(let name):
      "'\(name)' can't be the name of a sweep: 1 to 60 letters, digits, '.', '_' and '-', the first a letter or digit; give another by --name"
    case .nameOfRun(let name): "'\(name)' is a run; give the sweep another name by --name"
    case .unknownSweep(let name, let suggestion, let known):
      "there is no sweep '\(name)'"
        + (suggestion.map { "; did you mean '\($0)'?" }
          ?? (known.isEmpty
            ? "; ./pipeline.sh sweep --help says how to make one"
            : "; there are: \(known.joined(separator: ", "))"))
    case .unknownRun(let name, let sweep): "the sweep '\(sweep)' has no run '\(name)'"
    case .inProgress(let name):
      "the sweep '\(name)' is in progress; ./pipeline.sh sweep status \(name) tells how far it is"
    case .unreadable(let file, let reason):
      "\(file): \(reason); correct it, or call the sweep again"
    case .fileWord(let place, let key, let expected): "\(place): '\(key)': expected \(expected)"
    }
  }
}

extension SweepError {
  /// Whether the error is in the command line, not in a file.
  public var isUsage: Bool {
    switch self {
    case .inProgress, .unreadable, .fileWord: false
    default: true
    }
  }
}
