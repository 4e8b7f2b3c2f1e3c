/// The pipeline as data (`stages/graph.yaml`): the stages in the order of the default steps, what each
/// reads of the recipe, where its inputs come from and which files it writes.
///
/// Nothing in the library knows a stage by name; this is all there is to know about one.
public struct StageGraph: Sendable {
  /// The stages, none before one whose output it requires.
  public let stages: [Stage]

  /// One stage as the graph declares it.
  public struct Stage: Sendable {
    public let name: String
    /// Sections or keys of the recipe; the stage is given these values and no others.
    public let reads: [String]
    public let inputs: [Input]
    public let outputs: [Output]
    /// Files that are kept with the artefact and enter no digest.
    public let records: [FilePattern]
    /// The folder of the project in whose `RUN/` a copy of the outputs is kept, or nil.
    public let publishingFolder: String?
    /// How the stage's time grows with its work; nil where that is not known.
    public let forecast: Forecast?
    /// The recipe key by which runs of one setting differ; nil where the stage has no such seed.
    public let seedKey: String?
    /// Whether the stage runs one at a time in a project, since it keeps files outside its folders.
    public let runsAlone: Bool
    /// Whether it shows in its work folder how far it is, for `watch` and the live page.
    public let isLive: Bool
    /// Outputs that a reader will want to open, named at the end of a run.
    public let highlights: [FilePattern]

    public func input(named name: String) -> Input? { inputs.first { $0.name == name } }
    public func output(named name: String) -> Output? { outputs.first { $0.name == name } }
  }

  /// How a stage's time grows: seconds = repeats × images × seconds of one repeat for one image.
  public struct Forecast: Sendable, Equatable {
    /// The recipe key that says how often the stage goes through its images.
    public let repeats: String
    /// The input whose images it goes through.
    public let images: String
    /// The record whose column `seconds` has the time of each repeat.
    public let seconds: String
    /// Sections or keys of the recipe that must agree for a measured rate to hold.
    public let same: [String]
  }

  /// An input: its name in the stage's command line, and the output it is bound to by default.
  public struct Input: Sendable {
    public let name: String
    /// Whether the stage runs without it.
    public let isOptional: Bool
    /// Where it comes from unless a step says otherwise; nil where only a step can bind it.
    public let source: Reference?
  }

  /// An output of a stage.
  public struct Reference: Sendable, Equatable, CustomStringConvertible {
    public let stage: String
    public let output: String
    public var description: String { "\(stage).\(output)" }
  }

  /// One file, or whatever files match a list of names and patterns.
  public struct Output: Sendable {
    public let name: String
    public let files: [FilePattern]
    /// Whether the output is one file, so that a stage is given its path and not its folder's.
    public let isSingleFile: Bool
  }

  /// The stage called `name`, or nil.
  public func stage(named name: String) -> Stage? { stages.first { $0.name == name } }
}

/// A file name in which `*` stands for any characters.
public struct FilePattern: Sendable, Equatable, CustomStringConvertible {
  public let text: String

  public init(_ text: String) { self.text = text }

  public var description: String { text }
  /// Whether the pattern is a plain name.
  public var isName: Bool { !text.contains("*") }

  public func matches(_ file: String) -> Bool {
    let pieces = text.split(separator: "*", omittingEmptySubsequences: false)
    guard pieces.count > 1, let first = pieces.first, let last = pieces.last else {
      return text == file
    }
    guard file.hasPrefix(first), file.utf8.count >= first.utf8.count + last.utf8.count else {
      return false
    }
    var rest = file.dropFirst(first.count)
    guard rest.hasSuffix(last) else { return false }
    rest = rest.dropLast(last.count)
    for piece in pieces.dropFirst().dropLast() where !piece.isEmpty {
      guard let found = rest.firstRange(of: piece) else { return false }
      rest = rest[found.upperBound...]
    }
    return true
  }
}
