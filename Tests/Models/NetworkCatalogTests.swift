import Models
import Testing

@Suite struct NetworkCatalogTests {
  /// Trained numbers, counted by hand where the specification gives none:
  /// linear: 3,072 · 10 + 10. resnet8: stem 432 + 32; stages 4,672, 13,952 + 576 and
  /// 55,552 + 2,176, the second figures those of the shortcuts; head 650.
  @Test(
    arguments: [
      ("small-cnn", nil, 10, 2_122_186), ("linear", nil, 10, 30_730), ("linear", nil, 3, 9_219),
      ("resnet20", nil, 10, 272_474), ("resnet8", nil, 10, 78_042), ("resnet8", 16, 10, 78_042),
      ("resnet8", 4, 10, 5_214), ("resnet8", 1, 2, 377), ("resnet14", 16, 10, 175_258),
    ] as [(String, Int?, Int, Int)])
  func parameterCounts(_ name: String, _ width: Int?, _ classes: Int, _ expected: Int) throws {
    let network = try NetworkCatalog.network(named: name, width: width, classes: classes)
    #expect(network.parameterCount == expected)
    #expect(network.name == name && network.classes == classes)
    let output = try #require(network.shapes(count: 3).last)
    #expect(output.description == "[3, 1, 1, \(classes)]")
  }

  @Test(
    arguments: [
      ("vgg16", nil, 10, .unknown(name: "vgg16")), ("", nil, 10, .unknown(name: "")),
      ("resnet", nil, 10, .unknown(name: "resnet")),
      ("resnetx", nil, 10, .unknown(name: "resnetx")),
      ("Linear", nil, 10, .unknown(name: "Linear")),
      ("resnet2", nil, 10, .depth(name: "resnet2", depth: 2)),
      ("resnet18", nil, 10, .depth(name: "resnet18", depth: 18)),
      ("resnet-4", nil, 10, .depth(name: "resnet-4", depth: -4)),
      ("resnet1208", nil, 10, .depth(name: "resnet1208", depth: 1208)),
      ("resnet20", 0, 10, .width(0)), ("resnet20", 1_025, 10, .width(1_025)),
      ("small-cnn", 16, 10, .widthIsFixed(name: "small-cnn")),
      ("linear", 1, 10, .widthIsFixed(name: "linear")), ("linear", nil, 1, .tooFewClasses(1)),
      ("resnet20", nil, 0, .tooFewClasses(0)),
    ] as [(String, Int?, Int, NetworkCatalogError)])
  func whatDoesNotExist(
    _ name: String, _ width: Int?, _ classes: Int, _ expected: NetworkCatalogError
  ) {
    #expect(throws: expected) {
      try NetworkCatalog.network(named: name, width: width, classes: classes)
    }
    #expect(!expected.description.contains("\n"))
  }

  @Test func aResNetHasItsLayersNames() throws {
    let names = try NetworkCatalog.network(named: "resnet8", classes: 10).parameters.map(\.name)
    let norm = ["weight", "bias", "running_mean", "running_var"]
    func block(_ prefix: String, hasShortcut: Bool) -> [String] {
      func norms(_ name: String) -> [String] { norm.map { "\(prefix).\(name).\($0)" } }
      return ["\(prefix).conv1.weight"] + norms("norm1") + ["\(prefix).conv2.weight"]
        + norms("norm2")
        + (hasShortcut ? ["\(prefix).shortcut.conv.weight"] + norms("shortcut.norm") : [])
    }
    let expected =
      ["stem.conv.weight"] + norm.map { "stem.norm.\($0)" }
      + block("stages.0.0", hasShortcut: false) + block("stages.1.0", hasShortcut: true)
      + block("stages.2.0", hasShortcut: true) + ["head.weight", "head.bias"]
    #expect(Set(names) == Set(expected))
    #expect(names.count == expected.count)
  }

  @Test func stagesHalveTheMaps() throws {
    let network = try NetworkCatalog.network(named: "resnet8", width: 5, classes: 10)
    let shapes = zip(network.nodes, network.shapes(count: 2).dropFirst())
    let outputs = shapes.filter { $0.0.name.hasSuffix(".norm2") }.map(\.1.description)
    #expect(outputs == ["[2, 32, 32, 5]", "[2, 16, 16, 10]", "[2, 8, 8, 20]"])
  }
}
