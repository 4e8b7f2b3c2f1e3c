import Declarations
import Foundation
import Kernels
import Layers
import Models
import Testing
import Training

/// A network that is not in the catalogue; all its code is in this file.
private struct Perceptron: NetworkFamily {
  static let hidden = SettingKey(
    "hidden", 1...64, default: 32, about: "outputs of the hidden layer")

  let example = "perceptron"
  let keys: [any DeclaredKey] = [Perceptron.hidden]

  func network(named name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int)
    -> Network
  {
    var build = NetworkBuilder(side: side)
    var x = build.linear("hidden", build.input, to: sizes[Self.hidden])
    x = build.append("relu", Activation(.relu), x)
    _ = build.linear("head", x, to: classes)
    return build.network(name: name, sizes, classes: classes)
  }
}

@Suite struct ToyNetworkTests {
  private let families: [any NetworkFamily] = NetworkCatalog.families + [Perceptron()]

  private func network(_ sizes: NetworkConfiguration) throws -> Network {
    try NetworkCatalog.network(
      named: "perceptron", configuration: sizes, classes: 3, among: families)
  }

  @Test func itIsBuiltWithItsSizes() throws {
    #expect(try network([:]).parameterCount == 3072 * 32 + 32 + 32 * 3 + 3)
    #expect(try network([:]).configuration == ["hidden": 32])
    #expect(try network(["hidden": 5]).parameterCount == 3072 * 5 + 5 + 5 * 3 + 3)
  }

  @Test(
    arguments: [
      (["hidden": 65], .outOfRange(key: "hidden", found: "65", expected: "1 to 64")),
      (["hidden": 1.5], .outOfRange(key: "hidden", found: "1.5", expected: "an integer, 1 to 64")),
      (
        ["width": 8],
        .foreignKey(name: "perceptron", key: "width", owners: ["resnetD", "resnetDv2"])
      ),
      (["depth": 8], .foreignKey(name: "perceptron", key: "depth", owners: [])),
    ] as [(NetworkConfiguration, NetworkCatalogError)])
  func otherSizesAreRefused(_ sizes: NetworkConfiguration, _ expected: NetworkCatalogError) {
    #expect(throws: expected) { try network(sizes) }
    #expect(!expected.description.contains("\n"))
  }

  @Test func messagesKnowItAndTheCatalogueDoesNot() throws {
    let unknown = #expect(throws: NetworkCatalogError.self) {
      try NetworkCatalog.network(named: "perceptrom", classes: 3, among: families)
    }
    #expect(unknown?.description.hasSuffix(", adaptive-conv, airbench, linear, perceptron") == true)
    let foreign = #expect(throws: NetworkCatalogError.self) {
      try NetworkCatalog.check(
        named: "resnet8", configuration: ["hidden": 8], among: families)
    }
    #expect(foreign == .foreignKey(name: "resnet8", key: "hidden", owners: ["perceptron"]))
    #expect(throws: NetworkCatalogError.unknown(name: "perceptron")) {
      try NetworkCatalog.network(named: "perceptron", classes: 3)
    }
  }

  /// It is trained like any other network, and can be built again from its checkpoint.
  @Test func itTrains() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    var settings = Fixture.settings(
      network: "perceptron", width: nil, epochs: 6, batch: 16, rate: 0.01, augments: false)
    settings.architecture = ["hidden": 24]
    let images = try TrainingImages(
      settings.data, training: Fixture.images(64, of: .train),
      validation: Fixture.images(16, of: .train))
    let prepared = try PreparedNetwork(
      settings, for: images.training, from: nil, among: families)
    let trainer = try prepared.trainer(
      on: images, work: fixture.folder.appendingPathComponent("work"),
      pool: WorkerPool(threadCount: 2))
    let start = trainer.network.parameters.map { $0.dense() }
    try trainer.run()
    let losses = trainer.history.map(\.train.loss)
    #expect(losses.count == 6 && losses.allSatisfy(\.isFinite), "\(losses)")
    #expect((losses.last ?? .infinity) < (losses.first ?? 0), "\(losses)")
    for (parameter, values) in zip(trainer.network.parameters, start) {
      #expect(parameter.dense() != values, "\(parameter.name) stays")
    }
    _ = try fixture.publish(trainer, as: "out")
    let file = try Checkpoint.open(fixture.folder.appendingPathComponent("out/last.safetensors"))
    #expect(file.metadata["configuration"] == #"{"hidden":24}"#)
    let description = try Checkpoint.description(of: file)
    let copy = try NetworkCatalog.network(
      named: description.network, configuration: description.configuration,
      side: description.inputSide, classes: description.classNames.count, among: families)
    try Checkpoint.load(file, into: copy)
    for (parameter, original) in zip(copy.parameters, trainer.network.parameters) {
      #expect(parameter.dense() == original.dense(), "\(parameter.name)")
    }
  }
}
