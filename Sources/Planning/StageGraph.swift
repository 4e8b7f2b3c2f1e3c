/// The pipeline as data (`stages/graph.yaml`): the stages in the order of the default steps, the recipe
/// keys that each reads, the sources of its inputs and the files that it writes.
///
/// The library knows no stage by name; everything about a stage is here.
public struct StageGraph: Sendable {
  /// The stages, each after those whose outputs it requires.
  public let stages: [Stage]

  /// One stage as the graph declares it.
  public struct Stage: Sendable {
    public let name: String
    /// Sections or keys of the recipe; the stage receives only these values.
    public let reads: [String]
    public let inputs: [Input]
    public let outputs: [Output]
    /// Files that are kept with the artefact and enter no digest.
    public let records: [FilePattern]
    /// The project folder in whose `RUN/` the outputs are copied, or nil.
    public let publishingFolder: String?
    /// How the stage's time depends on its work; nil if that is not known.
    public let forecast: Forecast?
    /// The recipe key of the seed, by which runs of one setting differ; nil if the stage has no seed.
    public let seedKey: String?
    /// Whether the stage runs one at a time in a project, because it writes files outside its folders.
    public let runsAlone: Bool
    /// Whether only recipes whose `steps` name the stage run it.
    public let isOptional: Bool
    /// Whether it writes its progress to its work folder, for `watch` and the live page.
    public let isLive: Bool
    /// Outputs that a reader will want to open, named at the end of a run.
    public let highlights: [FilePattern]

    public func input(named name: String) -> Input? { inputs.first { $0.name == name } }
    public func output(named name: String) -> Output? { outputs.first { $0.name == name } }
  }

  /// How a stage's time scales: seconds = repeats × images × seconds of one repeat for one image.
  public struct Forecast: Sendable, Equatable {
    /// The recipe key for the number of passes over the images.
    public let repeats: String
    /// The input whose images are processed.
    public let images: String
    /// The record whose column `seconds` has the time of each repeat.
    public let seconds: String
    /// Sections or keys of the recipe that must agree for a measured rate to apply.
    public let same: [String]
  }

  /// An input: its name in the stage's command line, and the output it is bound to by default.
  public struct Input: Sendable {
    public let name: String
    /// Whether the stage runs without it.
    public let isOptional: Bool
    /// Its default source; nil if only a step can bind it.
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
    /// Whether the output is one file, so that a stage receives the file's path, not its folder's.
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
