import ArgumentParser
import Planning
import Recipes
import Terminals

/// `tessera words`: candidates for a shell's completion of a command line.
struct WordsCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "words",
    abstract: "Print the candidates for a word of a command line, one per line.",
    discussion: "A tab and what the word means may follow it. What can't be read has no words.",
    shouldDisplay: false)

  enum Kind: String, ExpressibleByArgument, CaseIterable {
    /// Steps of the recipe or run that is named, else of the latest run, else of quickstart.
    case steps
    /// Keys of recipes.
    case keys
    /// Values of the key that is named.
    case values
  }

  @Argument(help: "steps, keys or values.")
  var kind: Kind

  @Argument(help: "The recipe, the run or the key.")
  var name: String?

  func run() throws {
    let project = try Project.here()
    let words: [[String]] =
      switch kind {
      case .steps: steps(in: project).map { [$0] }
      case .keys: project.schema.keys.map { [$0.name, $0.about] }
      case .values: values(in: project).map { [$0] }
      }
    for word in words { Output.fields(word) }
  }

  private func steps(in project: Project) -> [String] {
    let run = RunFolder.latest(in: project) { name == nil || $0.name == name }
    let request =
      (try? run?.request)
      ?? (try? RunRequest(
        recipe: name ?? "quickstart", project: project, callerFolder: project.root))
    let steps = request.flatMap { try? project.recipe(for: $0).steps }
    return (try? project.graph.steps(for: steps).map(\.name)) ?? []
  }

  private func values(in project: Project) -> [String] {
    func words(of type: RecipeType) -> [String] {
      switch type {
      case .boolean: ["true", "false"]
      case .choice(let words, _): words
      case .text(let pattern): pattern?.example.split(separator: ", ").map(String.init) ?? []
      case .either(let first, let second): words(of: first) + words(of: second)
      case .integer, .number, .amount, .path, .list, .variants: []
      }
    }
    guard let key = name.flatMap({ project.schema[$0] }) else { return [] }
    let byDefault = key.defaultValue == .null ? [] : [key.defaultValue.canonicalText]
    let words = words(of: key.type)
    return words.isEmpty ? byDefault : words
  }
}
