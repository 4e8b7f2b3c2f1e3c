import Layers
import Models
import Testing

/// The figures of a summary are those of the reference definitions, counted by hooks on PyTorch's
/// layers.
@Suite struct NetworkSummaryTests {
  private func summary(
    _ name: String, _ sizes: NetworkConfiguration = NetworkConfiguration()
  ) throws -> NetworkSummary {
    try NetworkCatalog.network(named: name, configuration: sizes, classes: 10).summary
  }

  @Test(arguments: [
    ("linear", 30_720), ("small-cnn", 7_705_600), ("resnet20", 40_813_184),
    ("resnet29v2", 47_106_560), ("pyramidnet", 403_813_504), ("adaptive-conv", 186_588_940),
    ("alexnet", 700_098_560), ("airbench", 118_147_360),
  ])
  func totals(_ name: String, _ multiplyAdds: Int) throws {
    let network = try NetworkCatalog.network(named: name, classes: 10)
    let summary = network.summary
    #expect(summary.multiplyAdds == multiplyAdds)
    #expect(summary.parameters == network.parameterCount)
    #expect(summary.rows.count == network.nodes.count)
  }

  @Test func rowsSayWhatALayerDoes() throws {
    let cells = try summary("small-cnn").cells
    #expect(NetworkSummary.header == ["layer", "kind", "output", "parameters", "MACs an image"])
    #expect(
      cells == [
        ["conv1", "conv 3×3", "32×32×32", "896", "884,736"],
        ["pool1", "ReLU, max pool 2×2, stride 2", "32×16×16", "0", "0"],
        ["conv2", "conv 3×3", "64×16×16", "18,496", "4,718,592"],
        ["pool2", "ReLU, max pool 2×2, stride 2", "64×8×8", "0", "0"],
        ["fc1", "linear", "512", "2,097,664", "2,097,152"], ["relu3", "ReLU", "512", "0", "0"],
        ["fc2", "linear", "10", "5,130", "5,120"], ["total", "", "", "2,122,186", "7,705,600"],
      ])
  }

  @Test(arguments: [
    ("alexnet", "conv1", "conv 11×11, stride 4"), ("alexnet", "norm1", "norm, ReLU"),
    ("alexnet", "dropout1", "dropout 0.5"), ("alexnet", "pool", "average pool to 6×6"),
    ("adaptive-conv", "blocks.1.conv", "4 mixed conv 3×3"),
    ("adaptive-conv", "blocks.1.norm", "norm, LeakyReLU 0.01"),
    ("pyramidnet", "stages.0.0.shortcut.pad", "pad channels by 1"),
    ("pyramidnet", "stages.0.0.norm1", "norm"), ("adaptive-conv", "blocks.1.sum", "sum"),
  ])
  func kinds(_ network: String, _ layer: String, _ kind: String) throws {
    let row = try #require(try summary(network).rows.first { $0.name == layer })
    #expect(row.kind == kind)
  }

  /// Long networks have a row for each block or each stage; the sums do not change.
  @Test(arguments: [
    (
      "small-cnn", 7,
      ["conv1", "pool1", "conv2", "pool2", "fc1", "relu3", "fc2"]
    ),
    (
      "resnet8", 10,
      ["stem.conv", "stem.norm", "stages.0.0", "stages.1.0", "stages.2.0", "pool", "head"]
    ),
    (
      "pyramidnet", 32,
      [
        "stem.conv", "stem.norm", "stages.0", "stages.1", "stages.2", "norm", "pool", "head",
      ]
    ),
    ("pyramidnet", 6, ["stem", "stages", "norm", "pool", "head"]),
    ("pyramidnet", 1, ["stem", "stages", "norm", "pool", "head"]),
  ])
  func condensed(_ name: String, _ limit: Int, _ rows: [String]) throws {
    let whole = try summary(name)
    let condensed = whole.condensed(to: limit)
    #expect(condensed.rows.map(\.name) == rows)
    #expect(condensed.parameters == whole.parameters)
    #expect(condensed.multiplyAdds == whole.multiplyAdds)
    #expect(condensed.rows.last == whole.rows.last)
  }

  @Test func groupsSayHowManyLayersTheyHold() throws {
    let rows = try summary("resnet8").condensed(to: 10).rows
    #expect(rows[0].kind == "conv 3×3" && rows[2].kind == "4 layers")
    #expect(rows[3].kind == "6 layers")
    #expect(rows[3].output.description == "[1, 16, 16, 32]")
    // Two convolutions and a projection, three norms.
    #expect(rows[3].parameters == 13_952 + 576)
  }
}
