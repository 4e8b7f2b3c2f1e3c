import ArgumentParser
import Foundation
import Planning
import Recipes
import TensorFiles
import Terminals

/// `tessera keys`: the keys of recipes.
struct KeysCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "keys",
    abstract:
      "Print the keys of recipes: type, range, default, meaning, and which recipes set them.")

  @Argument(
    help: ArgumentHelp(
      "A part of a key's name, or of its meaning if no name contains it; * matches any characters.",
      valueName: "pattern"))
  var pattern: String?

  @Flag(help: "Print the keys as JSON.")
  var json = false

  func run() throws {
    let project = try Project.here()
    let keys = try KeySearch(pattern, among: project.schema.keys).keys
    let recipes = ShippedRecipes(of: project)
    let descriptions = keys.map { KeyDescription($0, recipes: recipes) }
    guard !json else { return try KeysAnswer(keys: descriptions).print() }
    for (index, description) in descriptions.enumerated() {
      if index > 0 { print() }
      printLines(description.lines(width: max(Terminal.width, 40)))
    }
  }
}

/// The keys that match a pattern.
struct KeySearch {
  let keys: [RecipeSchema.Key]

  /// - Throws: `PlanningError.unknownKey` if there is none.
  init(_ pattern: String?, among all: [RecipeSchema.Key]) throws {
    guard let pattern, !pattern.isEmpty else {
      keys = all
      return
    }
    let expression = pattern.contains("*") ? pattern : "*\(pattern)*"
    func matches(_ text: String) -> Bool { fnmatch(expression, text, FNM_NOESCAPE | 1 << 4) == 0 }
    let named = all.filter { matches($0.name) }
    keys = named.isEmpty ? all.filter { matches($0.about) } : named
    guard !keys.isEmpty else {
      throw PlanningError.unknownKey(
        pattern, suggestion: nearest(to: pattern, among: all.map(\.name)))
    }
  }
}

/// The recipes of `stages/recipes`, with the values that each file itself sets.
struct ShippedRecipes {
  private let sources: [(name: String, source: RecipeSource)]

  /// Recipes that can't be read are left out, with a warning.
  init(of project: Project) {
    sources = project.recipeNames.compactMap { name in
      do {
        return (name, try project.recipeSource(name))
      } catch {
        Output.error("pipeline.sh: warning: left out: \(Tessera.message(of: error))")
        return nil
      }
    }
  }

  func uses(of key: RecipeSchema.Key) -> [KeyDescription.Use] {
    sources.flatMap { name, source in
      source.ownValues(of: key).map {
        KeyDescription.Use(recipe: name, step: $0.step, value: $0.value.canonicalText)
      }
    }
  }
}

/// A key of the schema in words.
struct KeyDescription: Encodable {
  /// A recipe that sets the key.
  struct Use: Encodable {
    let recipe: String
    /// The step whose own section has the value; nil for the stage's section.
    let step: String?
    /// In YAML.
    let value: String
  }

  /// An option of a variant in a list, `crop.padding`.
  struct Option: Encodable {
    let name: String
    let type: String
    let `default`: String
    let about: String
  }

  let name: String
  let type: String
  /// In YAML; nil if the key is optional and has none.
  let `default`: String?
  let about: String
  /// Where the key has an effect; nil for everywhere.
  let applies: String?
  let options: [Option]
  let recipes: [Use]

  init(_ key: RecipeSchema.Key, recipes: ShippedRecipes) {
    name = key.name
    type = key.type.description
    `default` = key.defaultValue == .null ? nil : key.defaultValue.canonicalText
    about = key.about
    let alternatives = key.applies.map { $0.map(\.description).joined(separator: " and ") }
    applies = alternatives.isEmpty ? nil : alternatives.joined(separator: "; or ")
    if case .variants(let variants) = key.type {
      options = variants.flatMap { variant in
        variant.options.map { option in
          Option(
            name: "\(variant.name).\(option.name)", type: option.type.description,
            default: option.defaultValue.canonicalText, about: option.about)
        }
      }
    } else {
      options = []
    }
    self.recipes = recipes.uses(of: key)
  }

  /// The name, then one or more lines per fact.
  func lines(width: Int) -> [String] {
    var facts = [
      ("takes", type), ("default", `default` ?? "none: the key may be left out"), ("means", about),
    ]
    if let applies { facts.append(("counts", "where \(applies)")) }
    facts += options.map {
      ("option", "\($0.name): \($0.type), \($0.default) by default; \($0.about)")
    }
    let uses = recipes.map { use in
      "\(use.recipe)\(use.step.map { " (\($0))" } ?? "") \(use.value)"
    }
    facts.append(("set by", uses.isEmpty ? "no recipe" : uses.joined(separator: ", ")))
    return [name]
      + facts.flatMap { label, text in
        let head = "  " + label.padding(toLength: 9, withPad: " ", startingAt: 0)
        return wrapped(text, width: width - head.count).enumerated().map { index, line in
          (index == 0 ? head : String(repeating: " ", count: head.count)) + line
        }
      }
  }
}

private struct KeysAnswer: Answer {
  let command = "keys"
  let keys: [KeyDescription]
}

/// The text in lines of at most `width` characters, except for longer words.
func wrapped(_ text: String, width: Int) -> [String] {
  var lines: [String] = []
  for word in text.split(separator: " ").map(String.init) {
    let room = lines.last.map { width - PrintableText.width(of: $0) - 1 } ?? -1
    if PrintableText.width(of: word) <= room {
      lines[lines.count - 1] += " " + word
    } else {
      lines.append(word)
    }
  }
  return lines
}
