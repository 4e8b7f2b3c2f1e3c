import TensorFiles

/// Errors of a request to run, explain or publish: one case per rule. The description is
/// one line: what, where, what was expected, and how to repair it.
public enum PlanningError: PrintableError, Sendable, Equatable {
  // Command line
  /// No recipe has this name.
  case unknownRecipe(name: String, suggestion: String?, known: [String])
  /// No run has this name.
  case unknownRun(name: String, suggestion: String?, known: [String])
  /// Nothing has been run yet.
  case noRun
  /// A run's name is not a valid folder name.
  case badRunName(String)
  /// The schema has no key that a pattern names.
  case unknownKey(String, suggestion: String?)
  /// The recipe has no such step.
  case unknownStep(name: String, run: String, suggestion: String?, known: [String])
  /// A word that names neither a file nor a step.
  case neitherFileNorStep(name: String, run: String, suggestion: String?, known: [String])
  /// The step has no valid result.
  case noResult(step: String, run: String, command: String)
  /// The files of the step's artefact are not as recorded.
  case damaged(step: String, run: String, fault: ArtefactFault, command: String)
  /// No training of the run has finished.
  case nothingTrained(run: String, command: String)
  /// The training has no checkpoint of that name.
  case noCheckpoint(name: String, step: String, run: String, known: [String])
  /// The artefact has no such output.
  case unknownArtefactOutput(
    step: String, output: String, suggestion: String?, known: [String])
  /// The run has no such figure.
  case unknownFigure(name: String, run: String, suggestion: String?, known: [String])
  /// There is nothing to accept: the artefact is up to date, or there is none.
  case nothingToAccept(step: String, run: String, reason: String)
  /// More than the code differs, so the old artefact does not match the recipe.
  case notOnlyCode(step: String, run: String, change: String)

  // Recipes and steps
  /// A step has no earlier step that produces what it requires.
  case noProducer(step: String, input: String, source: String)
  /// A step requires an input that only the recipe can bind.
  case unboundInput(step: String, input: String)
  /// A step binds an input that its stage does not have.
  case unknownInput(step: String, input: String, suggestion: String?)
  /// A step binds an input to an output that its producer does not write.
  case unknownOutput(step: String, input: String, source: String, suggestion: String?)
  /// A path in the recipe does not exist.
  case missingPath(key: String, path: String, origin: String)
  /// A step was selected alone, and an input is missing or
  /// damaged.
  case inputAbsent(step: String, producer: String, fault: ArtefactFault?)

  // Files
  /// A file of the project or of its data can't be read.
  case unreadable(file: String, reason: String, repair: String)
  /// A folder to write to is a link, which may lead out of the project.
  case linkInTheWay(path: String)
  /// A file can't be written.
  case unwritable(file: String, reason: String)
  /// A stage ended without an output that the graph declares.
  case missingOutput(stage: String, output: String, file: String, folder: String)

  /// A file that a stage read was changed while it ran.
  case inputChanged(stage: String, file: String)
  /// An output or a record of a stage is not a regular file.
  case notAFile(stage: String, file: String)

  /// Whether the error is in the command line (exit 64), not in a file (exit 65).
  public var isUsage: Bool {
    switch self {
    case .unknownRecipe, .unknownRun, .noRun, .badRunName, .unknownKey, .unknownStep,
      .neitherFileNorStep, .noResult, .nothingTrained, .noCheckpoint,
      .unknownArtefactOutput, .unknownFigure, .nothingToAccept,
      .notOnlyCode:
      true
    default: false
    }
  }

  public var message: String {
    switch self {
    case .unknownRecipe(let name, let suggestion, let known):
      "no recipe '\(name)' in stages/recipes"
        + Self.asking(suggestion, otherwise: "the recipes are", among: known)
    case .unknownRun(let name, let suggestion, let known):
      "no run '\(name)' in data/runs"
        + Self.asking(suggestion, otherwise: "the runs are", among: known)
    case .noRun:
      "nothing has been run yet; start with ./pipeline.sh"
    case .badRunName(let name):
      "'\(name)' can't name a run; use letters, digits, hyphens, underscores and full stops"
    case .unknownKey(let pattern, let suggestion):
      "no key of recipes has '\(pattern)' in its name or meaning; "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "./pipeline.sh keys prints all of them")
    case .unknownStep(let name, let run, let suggestion, let known):
      "\(run) has no step '\(name)'"
        + Self.asking(suggestion, otherwise: "the steps are", among: known)
    case .neitherFileNorStep(let name, let run, let suggestion, let known):
      "there is no file '\(name)' here, and \(run) has no step of that name"
        + Self.asking(suggestion, otherwise: "the steps are", among: known)
    case .noResult(let step, let run, let command):
      "step '\(step)' of \(run) has no result; run it first: \(command)"
    case .damaged(let step, let run, let fault, let command):
      "\(step) of \(run) is not valid: \(fault); this computes it again: \(command)"
    case .nothingTrained(let run, let command):
      "no training of \(run) has finished; run it first: \(command)"
    case .noCheckpoint(let name, let step, let run, let known):
      "\(step) of \(run) has kept no checkpoint '\(name)', only \(known.joined(separator: ", "))"
    case .unknownArtefactOutput(let step, let output, let suggestion, let known):
      "\(step) has no output '\(output)'"
        + Self.asking(suggestion, otherwise: "its outputs are", among: known)
    case .unknownFigure(let name, let run, let suggestion, let known):
      known.isEmpty
        ? "\(run) has no figures; draw them with ./pipeline.sh plot \(run)"
        : "\(run) has no figure '\(name)'"
          + Self.asking(suggestion, otherwise: "its figures are", among: known)
    case .nothingToAccept(let step, let run, let reason):
      "nothing to accept for \(step) of \(run): \(reason)"
    case .notOnlyCode(let step, let run, let change):
      "\(step) of \(run) differs in more than its code: \(change); run it again instead"
    case .noProducer(let step, let input, let source):
      "steps: '\(step)' reads \(source), and no earlier step provides it; add the step before it, "
        + "or bind '\(input)' under inputs"
    case .unboundInput(let step, let input):
      "steps: '\(step)' requires the input '\(input)'; bind it under inputs"
    case .unknownInput(let step, let input, let suggestion):
      "steps: '\(step)' has no input '\(input)'"
        + (suggestion.map { "; did you mean '\($0)'?" } ?? "; remove it")
    case .unknownOutput(let step, let input, let source, let suggestion):
      "steps: input '\(input)' of '\(step)' comes from '\(source)', which is no output"
        + (suggestion.map { "; did you mean '\($0)'?" } ?? "")
    case .missingPath(let key, let path, let origin):
      "\(key) (\(origin)): there is no '\(path)'; correct the path"
    case .inputAbsent(let step, let producer, let fault):
      "\(step) reads \(producer), which is not valid\(fault.map { " (\($0))" } ?? ""); run \(producer) first, or leave out "
        + "--only and --from"
    case .unreadable(let file, let reason, let repair):
      "\(file): can't be read: \(reason); \(repair)"
    case .linkInTheWay(let path):
      "\(path) is a link, which may lead out of the project; put a folder in its place"
    case .unwritable(let file, let reason):
      "\(file): can't be written: \(reason); check the disk and its permissions"
    case .inputChanged(let stage, let file):
      "\(file) was changed while \(stage) read it; nothing of what it wrote is kept; run the recipe again"
    case .notAFile(let stage, let file):
      "\(stage) has written '\(file)', which is a link or a folder; stages write files"
    case .missingOutput(let stage, let output, let file, let folder):
      "\(stage) has ended without '\(file)', its output '\(output)', in \(folder); the graph and the "
        + "stage's main.swift must agree"
    }
  }

  private static func asking(
    _ suggestion: String?, otherwise what: String, among known: [String]
  ) -> String {
    if let suggestion { return "; did you mean '\(suggestion)'?" }
    return known.isEmpty ? "; there are none" : "; \(what) \(known.joined(separator: ", "))"
  }
}
