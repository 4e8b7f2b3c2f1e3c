import CheckedNumbers
import Declarations
import Foundation
import Models
import Recipes
import Testing
import Training

/// Keys that networks and optimisers declare, and their positions in the schema.
@Suite struct DeclaredKeyTests {
  /// A network that is not in the catalogue; only its declaration is used.
  private struct Perceptron: NetworkFamily {
    static let hidden = SettingKey(
      "hidden-units", 1...64, default: 32, about: "outputs of the hidden layer")
    static let dropout = SettingKey(
      "dropout", SettingRange(least: 0, below: 1), default: 0.25, about: "chance of a zero")

    let pattern = "perceptron[0-9]"
    let example = "perceptron1"
    let title = "perceptronN"
    let naming: String? = "perceptronN has N hidden layers"
    let keys: [any DeclaredKey] = [Perceptron.hidden, Perceptron.dropout]

    func network(
      named name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int
    ) throws(NetworkCatalogError) -> Network {
      throw .unknown(name: name)
    }
  }

  private static let families: [any NetworkFamily] = NetworkCatalog.families + [Perceptron()]
  private static let declared = DeclaredKeys.all(networks: families)

  @Test func aNetworkOutsideTheCatalogueHasItsKeys() throws {
    let schema = try shippedSchema(declared: Self.declared)
    let key = try #require(schema["train.architecture.hidden-units"])
    #expect(key.type.description == "an integer from 1 to 64" && key.defaultValue == .null)
    #expect(key.about == "outputs of the hidden layer (perceptronN); 32 by default")
    #expect(
      schema["train.architecture.dropout"]?.about
        == "chance of dropping a number before each hidden linear layer (alexnet); 0.5 by "
        + "default; chance of a zero (perceptronN); 0.25 by default")
    #expect(
      schema["train.network"]?.about.hasSuffix("; perceptronN has N hidden layers") == true)
    let recipe = try loadRecipe(
      "train: {network: perceptron3, architecture: {hidden-units: 8, dropout: 0}}", schema: schema)
    #expect(recipe.value(of: "train.network").value == .text("perceptron3"))
    #expect(recipe.value(of: "train.architecture.hidden-units").value == .integer(8))
    #expect(recipe.value(of: "train.architecture.dropout").value == .number(0))
    #expect(recipe.ineffectiveKeys.isEmpty)
    let other = try loadRecipe("train.architecture.hidden-units: 8", schema: schema)
    #expect(
      other.ineffectiveKeys.first?.description.hasSuffix(
        "has no effect where train.network is resnet20; it counts where train.network is "
          + "perceptron[0-9]") == true)
  }

  @Test(arguments: [
    ("train.architecture.hidden-units: 65", "expected an integer from 1 to 64, found 65"),
    ("train.architecture.hidden-unit: 8", "did you mean 'train.architecture.hidden-units'?"),
    ("train.network: perceptron", "airbench, linear, perceptron1, found 'perceptron'"),
  ])
  func whatItDoesNotTakeIsRefused(_ text: String, _ part: String) throws {
    let schema = try shippedSchema(declared: Self.declared)
    let error = #expect(throws: RecipeError.self) { try loadRecipe(text, schema: schema) }
    #expect(error?.description.contains(part) == true, "\(String(describing: error))")
  }

  /// Keys and defaults determine cache keys, which must not change for existing results. Keys that
  /// were added later are not part of them at their defaults.
  @Test func keysAndDefaultsAreThoseOfEarlierResults() throws {
    let schema = try shippedSchema()
    let keys = schema.keys.filter { key in
      ["train.network", "train.architecture.", "train.optimizer."].contains {
        key.name.hasPrefix($0)
      } && !key.isAddition
    }
    let defaults = Dictionary(
      uniqueKeysWithValues: keys.map { ($0.name, $0.defaultValue.canonicalText) })
    #expect(
      defaults == [
        "train.network": "resnet20", "train.architecture.width": "null",
        "train.architecture.blocks": "null", "train.architecture.alpha": "null",
        "train.architecture.widths": "null", "train.architecture.kernels": "null",
        "train.architecture.dropout": "null", "train.architecture.activation": "null",
        "train.architecture.logit-scale": "null", "train.architecture.norm-momentum": "null",
        "train.optimizer.kind": "sgd",
        "train.optimizer.learning-rate": "0.1", "train.optimizer.momentum": "0.0",
        "train.optimizer.nesterov": "false", "train.optimizer.weight-decay": "0.0",
        "train.optimizer.decay-norms-and-biases": "true", "train.optimizer.beta1": "0.9",
        "train.optimizer.beta2": "0.999", "train.optimizer.epsilon": "1.0e-08",
      ])
  }

  private static let frame = "format: 1\nkeys:\n  "

  @Test(arguments: [
    (
      "train.optimiser: {declared: true}",
      "s.yaml:3: the program declares no key 'train.optimiser'; rebuild the tools, or spell the key out"
    ),
    (
      "train.optimizer: {declared: yes}",
      "s.yaml:3: train.optimizer: declared: expected true, found the text 'yes'; correct it"
    ),
    (
      "train.optimizer: {declared: true, default: 1}",
      "s.yaml:3: train.optimizer: type declared has no attribute 'default'; see the head of the file"
    ),
    ("train: {declared: true}", "s.yaml:3: expected a key such as"),
    (
      "train.network: {declared: true}\n  train.optimizer: {declared: true}\n"
        + "  train.optimizer.kind: {declared: true}",
      "s.yaml:5: 'train.optimizer.kind' is declared for an earlier entry too; remove one of the two"
    ),
    (
      "train.architecture: {declared: true}",
      "s.yaml:3: the program declares no key 'train.network'; rebuild the tools"
    ),
    (
      "train.optimizer: {declared: true}\n"
        + "  train.optimizer.kind.x: {type: integer, default: 1, about: x}",
      "s.yaml:4: 'train.optimizer.kind' can't be a key and the section of 'train.optimizer.kind.x'"
    ),
    (
      "train.x: {type: integer, default: 1, about: x, applies: {train.optimizer.kind: zebra}}\n"
        + "  train.optimizer: {declared: true}",
      "train.optimizer.kind: expected sgd, adam, adamw or muon, found 'zebra'"
    ),
  ])
  func schemasThatNameThemWrongly(_ text: String, _ part: String) throws {
    try withFile(named: "s.yaml", holding: Data((Self.frame + text + "\n").utf8)) { file in
      let error = #expect(throws: RecipeSchemaError.self) {
        try RecipeSchema(contentsOf: file, declared: Self.declared)
      }
      let message = withoutFolders(error?.description ?? "loads")
      #expect(message.contains(part) && !message.contains("\n"), "\(message)")
    }
  }
}
