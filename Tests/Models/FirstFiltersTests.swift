import Models
import TensorFiles
import TestSupport
import Testing

@Suite struct FirstFiltersTests {
  /// The first layer's weights as pictures; a linear classifier's are templates of whole images.
  @Test(arguments: [
    ("resnet8", "stem.conv.weight", [16, 3, 3, 3]), ("small-cnn", "conv1.weight", [32, 3, 3, 3]),
    ("linear", "fc.weight", [10, 3, 32, 32]), ("pyramidnet", "stem.conv.weight", [16, 3, 3, 3]),
    ("adaptive-conv", "blocks.0.conv.weight", [128, 3, 3, 3]),
  ])
  func firstFilters(_ name: String, _ parameter: String, _ shape: [Int]) throws {
    let network = try NetworkCatalog.network(named: name, classes: 10)
    network.initialize(seed: 2)
    let weights = try #require(network.parameters.first { $0.name == parameter }).dense()
    #expect(network.firstFilters.shape == shape)
    expectIdentical(network.firstFilters.values, weights, parameter)
    let folder = try TemporaryFolder()
    try network.writeFirstFilters(to: folder.file("filters.safetensors"))
    let file = try TensorFile(contentsOf: folder.file("filters.safetensors"))
    try file.requireSchema("filters", version: 1, producedBy: "train")
    expectIdentical(
      try file.scalars(of: "filters", as: Float.self, shape: shape), weights, "filters")
  }
}
