import Layers
import Models
import Testing

@Suite struct NetworkCatalogTests {
  /// Numbers of trained parameters, from the specification or counted by hand:
  /// linear: 3,072 · 10 + 10. resnet8: stem 432 + 32; stages 4,672, 13,952 + 576 and
  /// 55,552 + 2,176, where the second numbers are the shortcuts'; head 650.
  @Test(
    arguments: [
      ("small-cnn", nil, 10, 2_122_186), ("linear", nil, 10, 30_730), ("linear", nil, 3, 9_219),
      ("resnet20", nil, 10, 272_474), ("resnet8", nil, 10, 78_042), ("resnet8", 16, 10, 78_042),
      ("resnet8", 4, 10, 5_214), ("resnet8", 1, 2, 377), ("resnet14", 16, 10, 175_258),
      ("resnet29v2", nil, 10, 312_218), ("resnet29v2", 16, 10, 312_218),
      ("resnet11v2", nil, 10, 126_746), ("resnet11v2", 3, 4, 4_837),
    ] as [(String, Int?, Int, Int)])
  func parameterCounts(_ name: String, _ width: Int?, _ classes: Int, _ expected: Int) throws {
    let sizes = NetworkConfiguration(width: width)
    let network = try NetworkCatalog.network(named: name, configuration: sizes, classes: classes)
    #expect(network.parameterCount == expected)
    #expect(network.name == name && network.classes == classes)
    let output = try #require(network.shapes(count: 3).last)
    #expect(output.description == "[3, 1, 1, \(classes)]")
  }

  @Test(arguments: [
    ("alexnet", NetworkConfiguration(), 44_430_410, 227),
    ("alexnet", NetworkConfiguration(dropout: 0), 44_430_410, 227),
    ("adaptive-conv", NetworkConfiguration(), 10_047_906, 32),
    ("adaptive-conv", NetworkConfiguration(kernels: 1), 2_548_632, 32),
    ("adaptive-conv", NetworkConfiguration(widths: [8, 8, 12], kernels: 3), 5_340, 32),
  ])
  func alexNetAndAdaptiveNetworks(
    _ name: String, _ sizes: NetworkConfiguration, _ expected: Int, _ side: Int
  ) throws {
    let network = try NetworkCatalog.network(named: name, configuration: sizes, classes: 10)
    #expect(network.parameterCount == expected)
    #expect(network.input.height == side && network.input.width == side)
    let drops = network.nodes.count { $0.layer is Dropout }
    #expect(drops == ([nil, 0].contains(network.configuration["dropout"]) ? 0 : 2))
  }

  /// Whitening bias 24; groups 13,824 + 36,864 + 128, 147,456 + 589,824 + 512 and 2 · 589,824 +
  /// 512; head 2,560. Whitening filters and the norms' scales are not trained.
  @Test func airbench() throws {
    let network = try NetworkCatalog.network(named: "airbench", classes: 10)
    #expect(network.parameterCount == 1_971_352)
    let frozen = network.parameters.filter { $0.gradient != nil && !$0.isTrainable }.map(\.name)
    #expect(
      frozen == ["whitening.weight"]
        + (0..<3).flatMap { ["groups.\($0).norm1.weight", "groups.\($0).norm2.weight"] })
    let two = NetworkConfiguration(dictionaryLiteral: ("widths", [8, 16]))
    #expect(
      try NetworkCatalog.network(named: "airbench", configuration: two, classes: 4).parameterCount
        == 24 + 1_728 + 576 + 16 + 1_152 + 2_304 + 32 + 64)
  }

  /// 31 pixels become 15, 7, 3 and 1; 256 − 1 become 127, …, 15 after four groups.
  @Test(arguments: [
    (32, 5, "1 to 4"), (256, 3, "4 to 7"), (16, 4, "1 to 3"),
  ])
  func airbenchNeedsPixels(_ side: Int, _ groups: Int, _ expected: String) {
    let sizes = NetworkConfiguration(
      dictionaryLiteral: ("widths", .integers([Int](repeating: 8, count: groups))))
    #expect(
      throws: NetworkCatalogError.outOfRange(
        key: "widths", found: "\(groups)", expected: "\(expected) for images of side \(side)")
    ) {
      try NetworkCatalog.network(
        named: "airbench", configuration: sizes, side: side, classes: 10)
    }
  }

  /// Networks that pool over the whole map have the same parameters for any side; otherwise linear
  /// layers grow.
  @Test(arguments: [16, 17, 63, 64, 255, 256])
  func networksTakeOtherSides(_ side: Int) throws {
    for name in ["resnet8", "resnet11v2", "pyramidnet", "adaptive-conv"] {
      let network = try NetworkCatalog.network(named: name, side: side, classes: 3)
      #expect(network.input.height == side && network.input.width == side, "\(name)")
      #expect(
        try network.parameterCount
          == NetworkCatalog.network(named: name, classes: 3).parameterCount, "\(name)")
    }
    let quarter = side / 2 / 2
    let small = try NetworkCatalog.network(named: "small-cnn", side: side, classes: 3)
    #expect(
      small.parameterCount == 19_392 + (64 * quarter * quarter * 512 + 512) + (512 * 3 + 3))
    #expect(
      try NetworkCatalog.network(named: "linear", side: side, classes: 3).parameterCount
        == 3 * side * side * 3 + 3)
    #expect(
      try NetworkCatalog.network(named: "alexnet", side: side, classes: 3).input.height == 227)
  }

  /// The published PyramidNets for CIFAR-10: 110 layers, alpha 48, 84 and 270 have 1.7, 3.8 and
  /// 28.3 million parameters in the paper's table 4.
  @Test(arguments: [
    (NetworkConfiguration(), 1_772_706), (NetworkConfiguration(blocks: 18, alpha: 48), 1_772_706),
    (NetworkConfiguration(alpha: 84), 3_904_446), (NetworkConfiguration(alpha: 270), 28_485_477),
  ])
  func pyramidNets(_ sizes: NetworkConfiguration, _ expected: Int) throws {
    let network = try NetworkCatalog.network(
      named: "pyramidnet", configuration: sizes, classes: 10)
    #expect(network.parameterCount == expected)
    #expect(network.configuration["blocks"] == 18 && network.configuration["width"] == nil)
  }

  /// Widths are rounded half to even, and the steps are summed: n = 2, alpha 45 gives 16, 23.5, 31,
  /// 38.5, 46, 53.5, 61.
  @Test func pyramidWidthsAreRoundedHalfToEven() throws {
    let network = try NetworkCatalog.network(
      named: "pyramidnet", configuration: NetworkConfiguration(blocks: 2, alpha: 45), classes: 10)
    let shapes = zip(network.nodes, network.shapes(count: 2).dropFirst())
    let outputs = shapes.filter { $0.0.name.hasSuffix(".norm3") }.map(\.1.description)
    #expect(
      outputs == [
        "[2, 32, 32, 24]", "[2, 32, 32, 31]", "[2, 16, 16, 38]", "[2, 16, 16, 46]",
        "[2, 8, 8, 54]", "[2, 8, 8, 61]",
      ])
  }

  @Test(
    arguments: [
      ("vgg16", .unknown(name: "vgg16")), ("", .unknown(name: "")),
      ("resnet", .unknown(name: "resnet")), ("resnetv2", .unknown(name: "resnetv2")),
      ("resnetx", .unknown(name: "resnetx")), ("v2", .unknown(name: "v2")),
      ("Linear", .unknown(name: "Linear")),
      ("resnet2", .depth(name: "resnet2", depth: 2, layersInBlock: 6)),
      ("resnet18", .depth(name: "resnet18", depth: 18, layersInBlock: 6)),
      ("resnet-4", .unknown(name: "resnet-4")), ("resnet+20", .unknown(name: "resnet+20")),
      ("resnet1208", .depth(name: "resnet1208", depth: 1208, layersInBlock: 6)),
      ("resnet21v2", .depth(name: "resnet21v2", depth: 21, layersInBlock: 9)),
      ("resnet2v2", .depth(name: "resnet2v2", depth: 2, layersInBlock: 9)),
    ] as [(String, NetworkCatalogError)])
  func namesThatDoNotExist(_ name: String, _ expected: NetworkCatalogError) {
    #expect(throws: expected) { try NetworkCatalog.network(named: name, classes: 10) }
    #expect(!expected.description.contains("\n"))
  }

  @Test(arguments: [1, 0, -3])
  func aClassifierNeedsTwoClasses(_ classes: Int) {
    #expect(throws: NetworkCatalogError.tooFewClasses(classes)) {
      try NetworkCatalog.network(named: "linear", classes: classes)
    }
  }

  /// Every size that a network does not have is rejected by name.
  @Test(
    arguments: [
      ("small-cnn", NetworkConfiguration(width: 16), "width", "resnetD, resnetDv2"),
      ("alexnet", NetworkConfiguration(widths: [1]), "widths", "adaptive-conv, airbench"),
      ("pyramidnet", NetworkConfiguration(kernels: 4), "kernels", "adaptive-conv"),
      ("adaptive-conv", NetworkConfiguration(dropout: 0.5), "dropout", "alexnet"),
      ("linear", NetworkConfiguration(blocks: 1), "blocks", "pyramidnet"),
      ("resnet20", NetworkConfiguration(blocks: 3), "blocks", "pyramidnet"),
      ("resnet29v2", ["width": 16, "alpha": 48], "alpha", "pyramidnet"),
      ("pyramidnet", NetworkConfiguration(width: 16), "width", "resnetD, resnetDv2"),
    ] as [(String, NetworkConfiguration, String, String)])
  func foreignKeysAreRefused(
    _ name: String, _ sizes: NetworkConfiguration, _ key: String, _ owners: String
  ) throws {
    let error = #expect(throws: NetworkCatalogError.self) {
      try NetworkCatalog.network(named: name, configuration: sizes, classes: 10)
    }
    #expect(
      error?.description
        == "network '\(name)' has no '\(key)'; train.architecture.\(key) belongs to \(owners): "
        + "leave it out, or change train.network")
  }

  @Test(
    arguments: [
      ("resnet20", NetworkConfiguration(width: 0), "width", "0", "1 to 1024"),
      ("resnet29v2", NetworkConfiguration(width: 1_025), "width", "1025", "1 to 1024"),
      ("pyramidnet", NetworkConfiguration(blocks: 0), "blocks", "0", "1 to 200"),
      ("pyramidnet", NetworkConfiguration(alpha: -1), "alpha", "-1", "0 to 1024"),
      ("pyramidnet", NetworkConfiguration(alpha: .max), "alpha", "\(Int.max)", "0 to 1024"),
      ("adaptive-conv", NetworkConfiguration(kernels: 17), "kernels", "17", "1 to 16"),
      (
        "adaptive-conv", NetworkConfiguration(widths: []), "widths", "a list of 0",
        "1 to 64 widths"
      ),
      (
        "adaptive-conv", NetworkConfiguration(widths: Array(repeating: 1, count: 65)), "widths",
        "a list of 65", "1 to 64 widths"
      ),
      ("adaptive-conv", NetworkConfiguration(widths: [8, 0]), "widths", "0", "1 to 1024"),
      ("alexnet", NetworkConfiguration(dropout: 1), "dropout", "1.0", "0 to less than 1"),
      ("alexnet", NetworkConfiguration(dropout: -0.1), "dropout", "-0.1", "0 to less than 1"),
      ("alexnet", NetworkConfiguration(dropout: .nan), "dropout", "nan", "0 to less than 1"),
    ] as [(String, NetworkConfiguration, String, String, String)])
  func sizesThatNoNetworkCanHave(
    _ name: String, _ sizes: NetworkConfiguration, _ key: String, _ found: String,
    _ expected: String
  ) {
    let error = NetworkCatalogError.outOfRange(key: key, found: found, expected: expected)
    #expect(throws: error) {
      try NetworkCatalog.network(named: name, configuration: sizes, classes: 10)
    }
    #expect(!error.description.contains("\n"))
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
    let network = try NetworkCatalog.network(
      named: "resnet8", configuration: NetworkConfiguration(width: 5), classes: 10)
    let shapes = zip(network.nodes, network.shapes(count: 2).dropFirst())
    let outputs = shapes.filter { $0.0.name.hasSuffix(".norm2") }.map(\.1.description)
    #expect(outputs == ["[2, 32, 32, 5]", "[2, 16, 16, 10]", "[2, 8, 8, 20]"])
  }
}
