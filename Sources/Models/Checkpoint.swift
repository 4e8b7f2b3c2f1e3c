import Foundation
import Layers
import TensorFiles
import Tensors

/// What a checkpoint says of itself beside the weights.
public struct CheckpointDescription: Sendable, Equatable {
  /// The name the network has in `NetworkCatalog`.
  public var network: String
  /// The sizes it was built with.
  public var configuration: NetworkConfiguration
  /// The arithmetic it was trained in.
  public var precision: Precision
  /// Width and height of the network's input.
  public var inputSide: Int
  public var classNames: [String]
  /// Epochs trained.
  public var epoch: Int
  /// How images are normalised, in words that the data set's reader knows, for example "per-image".
  public var normalization: [String: String]
  /// Further facts that go with the weights, for example where the images came from.
  public var origin: [String: String]

  public init(
    network: String, configuration: NetworkConfiguration, precision: Precision = .float32,
    inputSide: Int = 32, classNames: [String], epoch: Int, normalization: [String: String],
    origin: [String: String]
  ) {
    self.network = network
    self.configuration = configuration
    self.precision = precision
    self.inputSide = inputSide
    self.classNames = classNames
    self.epoch = epoch
    self.normalization = normalization
    self.origin = origin
  }
}

extension CheckpointDescription {
  /// The fact of `origin` that weights have a past that no run knows: they began as those of a file, here
  /// or in a training that went before.
  public static let weightsFromFile = (key: "initial_weights", value: "file")

  /// Whether a checkpoint's metadata say that its weights began as those of a file.
  public static func beganAsFile(_ metadata: [String: String]) -> Bool {
    metadata[weightsFromFile.key] == weightsFromFile.value
  }

  /// Whether the weights began as those of a file, so that it is not known on which images they were
  /// trained before.
  public var beganAsFile: Bool { Self.beganAsFile(origin) }
}

/// Weights on disk: a tensor file with PyTorch's names, shapes and order of elements.
public enum Checkpoint {
  public static let schema = "checkpoint"
  /// Version 1 had `width` where `configuration` is now.
  public static let schemaVersion = 2
  /// The sides that a network's input can have.
  public static let sides = 16...256

  /// Writes the network's whole state.
  public static func write(
    _ network: Network, _ description: CheckpointDescription, to url: URL
  ) throws {
    var metadata = description.normalization.merging(description.origin) { first, _ in first }
    metadata["network"] = description.network
    metadata["configuration"] = try JSONText.encode(description.configuration)
    metadata["precision"] = description.precision.rawValue
    metadata["classes"] = String(description.classNames.count)
    metadata["class_names"] = try JSONText.encode(description.classNames)
    metadata["epoch"] = String(description.epoch)
    metadata["input_side"] = String(network.input.height)
    var writer = TensorFileWriter(
      schema: schema, schemaVersion: schemaVersion, metadata: metadata)
    for parameter in network.parameters {
      writer.add(parameter.name, shape: parameter.shape, making: parameter.dense)
    }
    try writer.write(to: url)
  }

  /// Opens a checkpoint that this program wrote.
  public static func open(_ url: URL) throws -> TensorFile {
    let file = try TensorFile(contentsOf: url)
    try file.requireSchema(schema, version: schemaVersion, oldest: 1, producedBy: "train")
    return file
  }

  /// What a checkpoint says of itself.
  public static func description(of file: TensorFile) throws -> CheckpointDescription {
    func value(_ key: String) throws -> String {
      guard let text = file.metadata[key] else {
        throw CheckpointError.metadata(file: file.url.path, key: key, found: nil)
      }
      return text
    }
    /// A natural number, of which sums with others stay one.
    func integer(_ key: String) throws -> Int {
      let text = try value(key)
      guard let number = Int32(text).map(Int.init), number >= 0 else {
        throw CheckpointError.metadata(file: file.url.path, key: key, found: text)
      }
      return number
    }
    func configuration() throws -> NetworkConfiguration {
      if file.schemaVersion == 1 {
        return NetworkConfiguration(
          width: file.metadata["width"] == nil ? nil : try integer("width"))
      }
      let text = try value("configuration")
      guard let sizes = JSONText.decode(NetworkConfiguration.self, from: text) else {
        throw CheckpointError.metadata(file: file.url.path, key: "configuration", found: text)
      }
      return sizes
    }
    /// Float32 where the file says nothing, as before there was a choice.
    func precision() throws -> Precision {
      guard let word = file.metadata["precision"] else { return .float32 }
      guard let precision = Precision(rawValue: word) else {
        throw CheckpointError.metadata(file: file.url.path, key: "precision", found: word)
      }
      return precision
    }
    let names = try value("class_names")
    guard let classNames = JSONText.decode([String].self, from: names),
      (2...1_000).contains(classNames.count)
    else {
      throw CheckpointError.metadata(file: file.url.path, key: "class_names", found: names)
    }
    // 32 where the file says nothing, as before there was a choice.
    let side = file.metadata["input_side"] == nil ? 32 : try integer("input_side")
    guard sides.contains(side) else {
      throw CheckpointError.metadata(file: file.url.path, key: "input_side", found: "\(side)")
    }
    let known: Set = [
      "network", "width", "configuration", "precision", "classes", "class_names", "epoch",
      "input_side",
    ]
    let extra = file.metadata.filter {
      !known.contains($0.key) && !TensorFile.reservedKeys.contains($0.key)
    }
    return CheckpointDescription(
      network: try value("network"), configuration: try configuration(),
      precision: try precision(), inputSide: side, classNames: classNames,
      epoch: try integer("epoch"),
      normalization: extra.filter { $0.key.hasPrefix("normalization") },
      origin: extra.filter { !$0.key.hasPrefix("normalization") })
  }

  /// Loads weights into a network from any safetensors file with its parameter names.
  ///
  /// PyTorch's `num_batches_tracked` counters are passed over.
  ///
  /// - Throws: What `check(_:fits:)` throws; the network is then unchanged.
  public static func load(_ file: TensorFile, into network: Network) throws {
    try check(file, fits: network)
    // Nothing can be amiss any more. One tensor at a time is copied.
    for parameter in network.parameters {
      parameter.load(dense: try file.scalars(of: parameter.name, as: Float.self))
    }
  }

  /// Checks that a file holds weights that the network can use.
  ///
  /// - Throws: `CheckpointError` where a tensor is missing, unexpected or of another shape, or where a
  ///   value is infinite or not a number, or a variance negative; `TensorFileError` where a tensor is not
  ///   of float32.
  public static func check(_ file: TensorFile, fits network: Network) throws {
    let expected = Set(network.parameters.map(\.name))
    for name in file.names where !expected.contains(name) {
      guard name.hasSuffix("num_batches_tracked") else {
        throw CheckpointError.unexpected(
          file: file.url.path, tensor: name, network: network.name)
      }
    }
    let present = Set(file.names)
    for parameter in network.parameters {
      guard present.contains(parameter.name) else {
        throw CheckpointError.missing(
          file: file.url.path, tensor: parameter.name, network: network.name)
      }
      let shape = try file.shape(of: parameter.name)
      guard shape == parameter.shape else {
        throw CheckpointError.shape(
          file: file.url.path, tensor: parameter.name, expected: parameter.shape, found: shape)
      }
      try file.withScalars(of: parameter.name, as: Float.self) { values in
        if let index = parameter.role.firstUnusable(in: values) {
          throw CheckpointError.value(
            file: file.url.path, tensor: parameter.name,
            index: place(of: index, in: parameter.shape), found: values[index],
            expected: parameter.role.expectedValues)
        }
      }
    }
  }

  /// The indices along each axis of the element at a position in C order.
  private static func place(of position: Int, in shape: [Int]) -> [Int] {
    var rest = position
    return shape.reversed().map { length in
      defer { rest /= length }
      return rest % length
    }.reversed()
  }
}

extension Parameter.Role {
  /// The position of the first value that would make every answer of the network not a number.
  fileprivate func firstUnusable(in values: UnsafeBufferPointer<Float>) -> Int? {
    self == .runningVariance
      ? values.firstIndex { !($0.isFinite && $0 >= 0) } : values.firstIndex { !$0.isFinite }
  }

  fileprivate var expectedValues: String {
    self == .runningVariance ? "a finite number from 0, as variances are" : "a finite number"
  }
}

/// Why weights cannot be taken from a file.
public enum CheckpointError: PrintableError, Equatable {
  /// The network has a parameter that the file lacks.
  case missing(file: String, tensor: String, network: String)
  /// The file has a tensor that the network does not know.
  case unexpected(file: String, tensor: String, network: String)
  /// A tensor has another shape than the parameter.
  case shape(file: String, tensor: String, expected: [Int], found: [Int])
  /// A value that a network can't compute with.
  case value(file: String, tensor: String, index: [Int], found: Float, expected: String)
  /// A description is absent or unreadable.
  case metadata(file: String, key: String, found: String?)

  public var message: String {
    switch self {
    case .missing(let file, let tensor, let network):
      "\(file): tensor '\(tensor)' is missing; \(network) needs it: are these another network's weights?"
    case .unexpected(let file, let tensor, let network):
      "\(file): \(network) has no parameter '\(tensor)': are these another network's weights?"
    case .shape(let file, let tensor, let expected, let found):
      "\(file): tensor '\(tensor)' has shape \(found), expected \(expected): another width or depth?"
    case .value(let file, let tensor, let index, let found, let expected):
      "\(file): tensor '\(tensor)' has \(found) at \(index), expected \(expected); the weights are "
        + "damaged or of a training that diverged: use others"
    case .metadata(let file, let key, let found):
      "\(file): metadata '\(key)' is \(found.map { "'\($0)'" } ?? "missing"), which no checkpoint of "
        + "this program has; run train again"
    }
  }
}
