import Foundation
import Layers
import Models
import TensorFiles
import TestSupport
import Testing

@Suite struct CheckpointTests {
  private let folder: TemporaryFolder
  private let description = CheckpointDescription(
    network: "resnet8", configuration: NetworkConfiguration(width: 3),
    precision: .bfloat16, classNames: ["ape", "bee \"b\"", "cat/dog"], epoch: 17,
    normalization: ["normalization": "constants", "normalization_mean": "[0.5, 0.25, 0.125]"],
    origin: ["data_status": "generated", "selected_on_test": "false"])

  init() throws { folder = try TemporaryFolder() }

  private func network(seed: Int? = nil) throws -> Network {
    let network = try NetworkCatalog.network(
      named: "resnet8", configuration: NetworkConfiguration(width: 3), classes: 3)
    if let seed {
      network.initialize(seed: seed)
      // Statistics and norms as after training, and values that differ only in their bits.
      for (index, parameter) in network.parameters.enumerated() where parameter.shape.count == 1 {
        parameter.load(
          dense: (0..<parameter.elementCount).map { Float(index + $0 + 1) / 3 })
      }
      network.parameters.last?.load(dense: [-0.0, .leastNonzeroMagnitude, .greatestFiniteMagnitude])
    }
    return network
  }

  /// The bits of all values of the network, in the order of its parameters.
  private func bits(_ network: Network) -> [UInt32] {
    network.parameters.flatMap { $0.dense().map(\.bitPattern) }
  }

  private struct Tensor {
    var name: String
    var shape: [Int]
    var values: [Float]
  }

  /// Writes a file with the network's tensors, changed by `change`.
  private func file(
    _ network: Network, changed change: (inout [Tensor]) -> Void = { _ in }
  ) throws -> TensorFile {
    var tensors = network.parameters.map {
      Tensor(name: $0.name, shape: $0.shape, values: $0.dense())
    }
    change(&tensors)
    var writer = TensorFileWriter(schema: "checkpoint")
    for tensor in tensors { writer.add(tensor.name, shape: tensor.shape, tensor.values) }
    let url = folder.file("changed.safetensors")
    try writer.write(to: url)
    return try TensorFile(contentsOf: url)
  }

  @Test func aSideOtherThan32IsKept() throws {
    let url = folder.file("large.safetensors")
    let network = try NetworkCatalog.network(named: "resnet8", side: 48, classes: 3)
    try Checkpoint.write(network, description, to: url)
    #expect(try Checkpoint.description(of: Checkpoint.open(url)).inputSide == 48)
  }

  @Test func weightsReturnBitByBit() throws {
    let url = folder.file("best.safetensors")
    let written = try network(seed: 4)
    try Checkpoint.write(written, description, to: url)
    let read = try network()
    let differs = bits(read) != bits(written)
    #expect(differs)
    try Checkpoint.load(try Checkpoint.open(url), into: read)
    expectIdentical(bits(read), bits(written), "weights")
  }

  @Test func tensorsHavePyTorchsNamesAndShapes() throws {
    let url = folder.file("best.safetensors")
    try Checkpoint.write(try network(seed: 4), description, to: url)
    let file = try Checkpoint.open(url)
    #expect(try file.shape(of: "stem.conv.weight") == [3, 3, 3, 3])
    #expect(try file.shape(of: "stages.1.0.conv1.weight") == [6, 3, 3, 3])
    #expect(try file.shape(of: "stages.1.0.shortcut.conv.weight") == [6, 3, 1, 1])
    #expect(try file.shape(of: "stages.2.0.norm2.running_var") == [12])
    #expect(try file.shape(of: "head.weight") == [3, 12])
    #expect(file.metadata["classes"] == "3" && file.metadata["input_side"] == "32")
  }

  @Test(arguments: [
    NetworkConfiguration(width: 3), NetworkConfiguration(),
    ["blocks": 2, "alpha": 48, "widths": [3, 5], "kernels": 4, "dropout": 0.25],
  ])
  func descriptionsReturn(_ configuration: NetworkConfiguration) throws {
    var description = description
    description.configuration = configuration
    let url = folder.file("best.safetensors")
    try Checkpoint.write(try network(seed: 4), description, to: url)
    #expect(try Checkpoint.description(of: try Checkpoint.open(url)) == description)
  }

  /// Sizes have their names in recipes; those that a network does not have are left out.
  @Test func configurationsAreJSON() throws {
    let url = folder.file("best.safetensors")
    try Checkpoint.write(try network(seed: 4), description, to: url)
    let metadata = try Checkpoint.open(url).metadata
    #expect(metadata["configuration"] == #"{"width":3}"#)
    #expect(metadata["schema_version"] == "2" && metadata["width"] == nil)
  }

  /// Checkpoints of schema version 1 had a width, or none.
  @Test(arguments: ["3", nil])
  func olderCheckpointsAreRead(_ width: String?) throws {
    var metadata = [
      "network": "resnet8", "classes": "2", "class_names": "[\"ape\", \"bee\"]", "epoch": "7",
    ]
    metadata["width"] = width
    let url = folder.file("old.safetensors")
    var writer = TensorFileWriter(schema: "checkpoint", schemaVersion: 1, metadata: metadata)
    writer.add("weight", shape: [1], [1] as [Float])
    try writer.write(to: url)
    let description = try Checkpoint.description(of: try Checkpoint.open(url))
    #expect(description.configuration == NetworkConfiguration(width: width.flatMap { Int($0) }))
    #expect(description.origin.isEmpty)
  }

  /// A training that continues a checkpoint writes its description again.
  @Test func aDescriptionReadCanBeWritten() throws {
    let (first, second) = (folder.file("first.safetensors"), folder.file("second.safetensors"))
    let network = try network(seed: 4)
    try Checkpoint.write(network, description, to: first)
    let read = try Checkpoint.description(of: try Checkpoint.open(first))
    #expect(read.origin == description.origin)
    try #require(read == description, "writing anything else would stop the program")
    try Checkpoint.write(network, read, to: second)
    #expect(try Data(contentsOf: first) == Data(contentsOf: second))
  }

  @Test func otherFilesAreNoCheckpoints() throws {
    let url = folder.file("other.safetensors")
    var writer = TensorFileWriter(schema: "images")
    writer.add("images", shape: [1], [1] as [UInt8])
    try writer.write(to: url)
    #expect(throws: TensorFileError.self) { try Checkpoint.open(url) }
    #expect(throws: TensorFileError.self) { try Checkpoint.open(folder.file("none.safetensors")) }
  }

  @Test(
    arguments: [
      ("network", nil), ("epoch", nil), ("epoch", "seven"), ("epoch", "7.5"),
      ("epoch", "-1"), ("epoch", "9223372036854775807"),
      ("configuration", nil), ("configuration", "wide"), ("configuration", "{\"width\":\"3\"}"),
      ("class_names", nil), ("class_names", "ape, bee"), ("class_names", "[\"ape\"]"),
      ("class_names", "[1, 2]"), ("precision", "half"),
    ] as [(String, String?)])
  func descriptionsThatCannotBeRead(_ key: String, _ value: String?) throws {
    var metadata = [
      "network": "resnet8", "configuration": "{}", "classes": "2",
      "class_names": "[\"ape\", \"bee\"]", "epoch": "7",
    ]
    metadata[key] = value
    let url = folder.file("damaged.safetensors")
    var writer = TensorFileWriter(schema: "checkpoint", schemaVersion: 2, metadata: metadata)
    writer.add("weight", shape: [1], [1] as [Float])
    try writer.write(to: url)
    let file = try Checkpoint.open(url)
    #expect(
      throws: CheckpointError.metadata(file: file.url.path, key: key, found: value)
    ) { try Checkpoint.description(of: file) }
  }

  @Test func anOlderWidthThatIsNoNumber() throws {
    let metadata = [
      "network": "resnet8", "width": "wide", "class_names": "[\"ape\", \"bee\"]", "epoch": "7",
    ]
    let url = folder.file("old.safetensors")
    var writer = TensorFileWriter(schema: "checkpoint", schemaVersion: 1, metadata: metadata)
    writer.add("weight", shape: [1], [1] as [Float])
    try writer.write(to: url)
    let file = try Checkpoint.open(url)
    #expect(
      throws: CheckpointError.metadata(file: file.url.path, key: "width", found: "wide")
    ) { try Checkpoint.description(of: file) }
  }

  /// Expects `load` to fail with `error` without changing the network.
  private func expectRejected(
    _ file: TensorFile, _ error: CheckpointError, sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let network = try network(seed: 6)
    let before = bits(network)
    #expect(throws: error, sourceLocation: sourceLocation) {
      try Checkpoint.load(file, into: network)
    }
    expectIdentical(bits(network), before, "unchanged weights", sourceLocation: sourceLocation)
    #expect(!error.description.contains("\n"), sourceLocation: sourceLocation)
  }

  @Test(arguments: ["stem.conv.weight", "stages.1.0.norm1.running_mean", "head.bias"])
  func aMissingTensorIsNamed(_ name: String) throws {
    let file = try file(try network(seed: 4)) { $0.removeAll { $0.name == name } }
    try expectRejected(
      file, .missing(file: file.url.path, tensor: name, network: "resnet8"))
  }

  @Test(arguments: ["head.scale", "stages.0.1.conv1.weight", "num_batches"])
  func anUnexpectedTensorIsNamed(_ name: String) throws {
    let file = try file(try network(seed: 4)) {
      $0.append(Tensor(name: name, shape: [1], values: [0]))
    }
    try expectRejected(
      file, .unexpected(file: file.url.path, tensor: name, network: "resnet8"))
  }

  /// Even if the last tensor is wrong, nothing has been loaded before.
  @Test(arguments: [
    ("stem.conv.weight", [3, 27]), ("stem.norm.bias", [3, 1]), ("head.bias", [1, 3]),
  ])
  func aTensorOfAnotherShapeIsNamed(_ name: String, _ found: [Int]) throws {
    let network = try network(seed: 4)
    let expected = try #require(network.parameters.first { $0.name == name }).shape
    let file = try file(network) { tensors in
      for index in tensors.indices where tensors[index].name == name {
        tensors[index].shape = found
      }
    }
    try expectRejected(
      file, .shape(file: file.url.path, tensor: name, expected: expected, found: found))
  }

  @Test(
    arguments: [
      ("stem.conv.weight", 32, [1, 0, 1, 2], .nan),
      ("stages.2.0.norm2.running_var", 11, [11], -1e-9),
      ("stages.0.0.norm1.running_mean", 0, [0], -.infinity), ("head.bias", 2, [2], .infinity),
      ("stem.norm.running_var", 1, [1], .nan),
    ] as [(String, Int, [Int], Float)])
  func aValueThatCannotBeComputedWithIsNamed(
    _ name: String, _ position: Int, _ index: [Int], _ value: Float
  ) throws {
    let file = try file(try network(seed: 4)) { tensors in
      for tensor in tensors.indices where tensors[tensor].name == name {
        tensors[tensor].values[position] = value
      }
    }
    let network = try network(seed: 6)
    let before = bits(network)
    #expect {
      try Checkpoint.load(file, into: network)
    } throws: { error in
      guard case .value(file.url.path, name, index, let found, _) = error as? CheckpointError
      else { return false }
      return found.bitPattern == value.bitPattern && !"\(error)".contains("\n")
    }
    expectIdentical(bits(network), before, "unchanged weights")
  }

  /// A running mean may be negative, and a running variance 0.
  @Test func statisticsAtTheirEndsAreTaken() throws {
    let file = try file(try network(seed: 4)) { tensors in
      for tensor in tensors.indices {
        if tensors[tensor].name.hasSuffix("running_mean") { tensors[tensor].values[0] = -1 }
        if tensors[tensor].name.hasSuffix("running_var") { tensors[tensor].values[0] = 0 }
      }
    }
    try Checkpoint.load(file, into: try network())
  }

  @Test func aTensorOfAnotherTypeIsRejected() throws {
    let network = try network(seed: 4)
    var writer = TensorFileWriter(schema: "checkpoint")
    for parameter in network.parameters.dropLast() {
      writer.add(parameter.name, shape: parameter.shape, parameter.dense())
    }
    writer.add("head.bias", shape: [3], [1, 2, 3] as [Double])
    let url = folder.file("double.safetensors")
    try writer.write(to: url)
    let other = try self.network(seed: 6)
    let before = bits(other)
    #expect(throws: TensorFileError.self) {
      try Checkpoint.load(try Checkpoint.open(url), into: other)
    }
    expectIdentical(bits(other), before, "unchanged weights")
  }

  /// PyTorch stores batch counters with the running statistics; this program does not.
  @Test func batchCountersArePassedOver() throws {
    let written = try network(seed: 4)
    let file = try file(written) {
      $0.append(Tensor(name: "stem.norm.num_batches_tracked", shape: [], values: [391]))
    }
    let read = try network()
    try Checkpoint.load(file, into: read)
    expectIdentical(bits(read), bits(written), "weights")
  }
}
