import CheckedNumbers
import Foundation
import Planning
import Recipes
import TensorFiles

/// Many runs of one recipe: every combination of the values of some keys, each with every seed.
public struct Sweep: Sendable, Equatable, Codable {
  /// A key and its values; a single value applies to all runs.
  public struct Axis: Sendable, Equatable, Codable {
    public let key: String
    /// The values as written for `--set`.
    public let values: [String]

    public init(key: String, values: [String]) {
      self.key = key
      self.values = values
    }
  }

  /// A run of a sweep.
  public struct Run: Sendable, Equatable {
    public let name: String
    /// The index of its point in `points`.
    public let point: Int
    /// Nil if the recipe sets the seed.
    public let seed: Int?
    public let request: RunRequest
  }

  public let name: String
  /// The recipe's name, or the path of its file in the project.
  public let recipe: String
  /// All given keys, in their order.
  public let axes: [Axis]
  /// Empty if the recipe sets the seeds.
  public let seeds: [Int]
  /// The keys that the seed sets: one for each step with a seed.
  public let seedKeys: [String]

  /// The largest number of runs.
  public static let runLimit = 10_000
  /// The largest total size of the requests of all runs, in bytes.
  static let byteLimit = 32 << 20

  /// - Parameters:
  ///   - name: The name of the sweep; `RECIPE-sweep` if nil.
  ///   - sets: `key=v1,v2,…`, as on the command line.
  ///   - callerFolder: The folder to which relative paths refer.
  public init(
    name: String?, recipe: String, sets: [Axis], seeds: [Int], in project: Project,
    callerFolder: URL
  ) throws {
    var axes = try sets.map { axis in
      // A request makes paths relative to the project.
      let requests = try axis.values.map { value in
        try RunRequest(
          recipe: recipe, run: "sweep", overrides: ["\(axis.key)=\(value)"], project: project,
          callerFolder: callerFolder)
      }
      return Axis(
        key: axis.key,
        values: requests.map { String($0.overrides[0].dropFirst(axis.key.utf8.count + 1)) })
    }
    for (index, axis) in axes.enumerated()
    where axes[..<index].contains(where: { $0.key == axis.key }) {
      throw SweepError.repeatedKey(axis.key)
    }
    let request = try RunRequest(
      recipe: recipe, run: "sweep", overrides: axes.map { "\($0.key)=\($0.values[0])" },
      project: project, callerFolder: callerFolder)
    let stem = URL(fileURLWithPath: recipe).deletingPathExtension().lastPathComponent
    self.name = name ?? "\(stem)-sweep"
    guard Self.isName(self.name) else { throw SweepError.badName(self.name) }
    guard !project.runNames.contains(self.name) else { throw SweepError.nameOfRun(self.name) }
    self.recipe = request.recipe

    let steps = try project.graph.steps(for: try project.recipe(for: request).steps)
    let seedKeys = steps.compactMap(\.seedKey)
    var seeds = seeds
    // Seeds may also be given as values of the key.
    if let index = axes.firstIndex(where: { seedKeys.contains($0.key) && $0.values.count > 1 }) {
      guard seeds.isEmpty else { throw SweepError.seedsTwice(key: axes[index].key) }
      seeds = try axes[index].values.map { text in
        guard let seed = Int(text), seed >= 0 else { throw SweepError.seedCount(found: text) }
        return seed
      }
      axes.remove(at: index)
    }
    guard seeds.isEmpty || !seedKeys.isEmpty else { throw SweepError.noSeed(recipe: recipe) }
    if !seeds.isEmpty, let axis = axes.first(where: { seedKeys.contains($0.key) }) {
      throw SweepError.seedsTwice(key: axis.key)
    }
    self.axes = axes
    self.seeds = seeds
    self.seedKeys = seedKeys
    guard let count = runCount, count <= Self.runLimit else {
      throw SweepError.tooMany(runs: runCount, limit: Self.runLimit)
    }
    guard isWithinBytes else { throw SweepError.tooLong(limit: Self.byteLimit) }
  }

  /// The number of runs; nil if it overflows.
  private var runCount: Int? {
    var count = max(seeds.count, 1)
    for axis in axes {
      let (product, isOver) = count.multipliedReportingOverflow(by: axis.values.count)
      guard !isOver else { return nil }
      count = product
    }
    return count
  }

  /// Whether the requests of all runs together are within `byteLimit`.
  private var isWithinBytes: Bool {
    var bytes = 100 + seedKeys.reduce(0) { $0 + $1.utf8.count + 20 }
    for axis in axes {
      bytes += axis.key.utf8.count + (axis.values.map(\.utf8.count).max() ?? 0)
      guard bytes <= Self.byteLimit else { return false }
    }
    return bytes * (runCount ?? .max / bytes) <= Self.byteLimit
  }

  /// Whether a sweep read from a file is one that this program could have written.
  var isInBounds: Bool {
    guard let runCount, runCount > 0, runCount <= Self.runLimit else { return false }
    return isWithinBytes && Self.isName(name) && Set(axes.map(\.key)).count == axes.count
      && Set(seeds).count == seeds.count && seeds.allSatisfy { $0 >= 0 }
      && (seeds.isEmpty || !seedKeys.isEmpty)
      && axes.allSatisfy { Set($0.values).count == $0.values.count }
  }

  static func isName(_ name: String) -> Bool {
    name.wholeMatch(of: /[A-Za-z0-9][A-Za-z0-9._-]{0,59}/) != nil
  }
}

extension Sweep {
  /// The command that requests the sweep.
  public var command: String {
    let isCounted = seeds == Array(1...max(1, seeds.count))
    let keys = axes.map { "--set \(Self.word("\($0.key)=\($0.values.joined(separator: ","))"))" }
    let seedWords =
      seeds.isEmpty
      ? []
      : [
        isCounted
          ? "--seeds \(seeds.count)"
          : "--set \(seedKeys[0])=\(seeds.map { "\($0)" }.joined(separator: ","))"
      ]
    return (["./pipeline.sh sweep", Self.word(recipe)] + keys + seedWords + ["--name \(name)"])
      .joined(separator: " ")
  }

  /// A word, quoted for a shell.
  private static func word(_ text: String) -> String {
    text.wholeMatch(of: /[A-Za-z0-9._\/=,:+-]+/) != nil
      ? text : "'" + text.replacing("'", with: "'\\''") + "'"
  }
}
