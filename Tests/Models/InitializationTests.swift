import Layers
import Models
import TestSupport
import Testing

/// Initial weights are PyTorch's defaults, uniform in ±1/√fan_in, or Kaiming's normal ones; norms
/// start as the identity.
@Suite struct InitializationTests {
  private func network(
    _ name: String, _ sizes: NetworkConfiguration = NetworkConfiguration(), seed: Int
  ) throws -> Network {
    let network = try NetworkCatalog.network(named: name, configuration: sizes, classes: 10)
    network.initialize(seed: seed)
    return network
  }

  private func values(_ network: Network) -> [String: [Float]] {
    Dictionary(uniqueKeysWithValues: network.parameters.map { ($0.name, $0.dense()) })
  }

  /// fan_in: C · kh · kw of a convolution, the inputs of a linear layer; a bias has that of its
  /// layer.
  @Test(arguments: [
    ("small-cnn", "conv1.weight", 27), ("small-cnn", "conv1.bias", 27),
    ("small-cnn", "conv2.weight", 288), ("small-cnn", "conv2.bias", 288),
    ("small-cnn", "fc1.weight", 4_096), ("small-cnn", "fc1.bias", 4_096),
    ("small-cnn", "fc2.weight", 512), ("small-cnn", "fc2.bias", 512),
    ("linear", "fc.weight", 3_072), ("linear", "fc.bias", 3_072),
    ("resnet8", "stem.conv.weight", 27), ("resnet8", "stages.0.0.conv2.weight", 144),
    ("resnet8", "stages.2.0.shortcut.conv.weight", 32), ("resnet8", "head.weight", 64),
    ("resnet8", "head.bias", 64), ("adaptive-conv", "head.weight", 256),
    ("adaptive-conv", "blocks.2.conv.attention.weight", 32),
    ("adaptive-conv", "blocks.2.conv.attention.bias", 32),
  ])
  func weightsFillTheirInterval(_ name: String, _ parameter: String, _ fanIn: Int) throws {
    let values = try #require(values(try network(name, seed: 3))[parameter])
    let bound = 1 / Float(fanIn).squareRoot()
    #expect(values.allSatisfy { abs($0) <= bound })
    #expect(Set(values).count > values.count * 9 / 10)
    // The largest of n uniform values is below 1 − t/n with probability e^−t.
    let largest = values.reduce(0) { max($0, abs($1)) }
    #expect(largest > bound * (1 - 9 / Float(values.count)))
    let mean = values.reduce(0.0) { $0 + Double($1) } / Double(values.count)
    let deviation = Double(bound) / (3 * Double(values.count)).squareRoot()
    #expect(abs(mean) < 5 * deviation)
  }

  /// Fans: O · kh · kw of a pyramid's convolution, for the backward pass; C · kh · kw of an
  /// adaptive network's, for the forward pass and with the slope 0.01, separately for each set of a
  /// bank.
  @Test(
    arguments: [
      ("pyramidnet", "stem.conv.weight", 144, 0), ("pyramidnet", "stages.0.0.conv1.weight", 288, 0),
      ("pyramidnet", "stages.2.0.conv2.weight", 576, 0),
      ("adaptive-conv", "blocks.0.conv.weight", 27, 0.01),
      ("adaptive-conv", "blocks.2.conv.weight", 288, 0.01),
      ("adaptive-conv", "blocks.2.shortcut.weight", 32, 0.01),
    ] as [(String, String, Double, Double)])
  func weightsAreNormal(
    _ name: String, _ parameter: String, _ fan: Double, _ slope: Double
  ) throws {
    let variance = 2 / ((1 + slope * slope) * fan)
    let sizes = name == "pyramidnet" ? NetworkConfiguration(blocks: 1) : .init()
    let network = try network(name, sizes, seed: 3)
    let values = try #require(values(network)[parameter]).map(Double.init)
    let count = Double(values.count)
    let mean = values.reduce(0, +) / count
    let second = values.reduce(0) { $0 + $1 * $1 } / count
    let fourth = values.reduce(0) { $0 + $1 * $1 * $1 * $1 } / count
    // Five standard deviations of each estimate; the fourth moment of a normal distribution is 3σ⁴,
    // of a uniform one 1.8σ⁴.
    #expect(abs(mean) < 5 * (variance / count).squareRoot())
    #expect(abs(second / variance - 1) < 5 * (2 / count).squareRoot())
    #expect(abs(fourth / (variance * variance) - 3) < 5 * (96 / count).squareRoot())
  }

  /// The head of a network with normal convolutions is initialised like any linear layer.
  @Test func headsKeepTheDefault() throws {
    let network = try network("pyramidnet", .init(blocks: 1), seed: 3)
    let head = try #require(values(network)["head.weight"])
    let bound: Float = 0.125  // 1 / √64
    #expect(head.allSatisfy { abs($0) <= bound } && head.contains { abs($0) > 0.95 * bound })
  }

  @Test(arguments: ["resnet8", "pyramidnet"])
  func normsStartAsTheIdentity(_ name: String) throws {
    let network = try network(name, seed: 3)
    #expect(Set(network.parameters.map(\.role)).count == 6, "all roles")
    for parameter in network.parameters {
      switch parameter.role {
      case .normWeight, .runningVariance:
        #expect(parameter.dense().allSatisfy { $0 == 1 }, "\(parameter.name)")
      case .normBias, .runningMean:
        #expect(parameter.dense().allSatisfy { $0 == 0 }, "\(parameter.name)")
      case .weight, .bias, .whitening:
        #expect(parameter.dense().allSatisfy { $0 != 0 }, "\(parameter.name)")
      }
    }
  }

  /// 24 → 64 channels: the first 24 filters pass a channel through, the others are random; 64 → 64:
  /// all pass a channel through.
  @Test func airbenchStartsAsTheIdentity() throws {
    let values = values(try network("airbench", seed: 3))
    let first = try #require(values["groups.0.conv1.weight"])
    for output in 0..<64 {
      let filter = Array(first[output * 216..<(output + 1) * 216])
      let identity = (0..<216).map { $0 == output * 9 + 4 ? Float(1) : 0 }
      #expect((filter == identity) == (output < 24), "filter \(output)")
    }
    let second = try #require(values["groups.0.conv2.weight"])
    #expect(second.reduce(0, +) == 64 && second.allSatisfy { $0 == 0 || $0 == 1 })
    let head = try #require(values["head.weight"]).map(Double.init)
    let mean = head.reduce(0, +) / 2_560
    let variance = head.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 2_559
    #expect(abs(variance - 1) < 1e-5)
    #expect(try #require(values["groups.2.norm2.weight"]).allSatisfy { $0 == 1 })
  }

  /// A trained network can be initialised again.
  @Test func initializationReplacesWhatWasThere() throws {
    let network = try network("resnet8", .init(width: 4), seed: 3)
    let first = values(network)
    for parameter in network.parameters {
      parameter.load(dense: [Float](repeating: 9, count: parameter.elementCount))
    }
    network.initialize(seed: 3)
    for (name, numbers) in values(network) { expectIdentical(numbers, first[name] ?? [], name) }
  }

  @Test func seedsGiveDifferentWeights() throws {
    let first = values(try network("small-cnn", seed: 3))
    let second = values(try network("small-cnn", seed: 4))
    for (name, numbers) in first {
      let differs = second[name] != numbers
      #expect(differs, "\(name)")
    }
  }

  /// Each parameter has its own random stream: a deeper network starts with the same values in
  /// equal layers, and no two layers have the same values.
  @Test func parametersHaveStreamsOfTheirOwn() throws {
    let shallow = values(try network("resnet8", seed: 3))
    let deep = values(try network("resnet14", seed: 3))
    for (name, numbers) in shallow { expectIdentical(deep[name] ?? [], numbers, name) }
    let weights = deep.filter { $0.key.hasPrefix("stages") && $0.key.contains("conv") }
    // Ratios as a fingerprint: they do not depend on the bound, so a copy with another fan_in is
    // found.
    let starts = weights.values.map { values in values.prefix(4).map { $0 / values[0] } }
    #expect(Set(starts).count == weights.count && weights.count == 14)
  }
}
