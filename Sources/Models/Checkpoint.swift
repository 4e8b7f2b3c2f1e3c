import Foundation
import Layers
import TensorFiles
import Tensors

/// The metadata of a checkpoint.
public struct CheckpointDescription: Sendable, Equatable {
  /// The network's name in `NetworkCatalog`.
  public var network: String
  /// The sizes it was built with.
  public var configuration: NetworkConfiguration
  /// The precision it was trained in.
  public var precision: Precision
  /// Width and height of the network's input.
  public var inputSide: Int
  public var classNames: [String]
  /// Epochs trained.
  public var epoch: Int
  /// How images are normalised, in words that the data set's reader knows, for example "per-image".
  public var normalization: [String: String]
  /// Further facts about the weights, for example the source of the images.
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
  /// The entry of `origin` for weights that started from a file, in this run or an earlier one, so
  /// that their full history isn't known.
  public static let weightsFromFile = (key: "initial_weights", value: "file")

  /// Whether a checkpoint's metadata record that its weights started from a file.
  public static func startedFromFile(_ metadata: [String: String]) -> Bool {
    metadata[weightsFromFile.key] == weightsFromFile.value
  }

  /// Whether the weights started from a file, so that the images they were trained on before
  /// aren't known.
  public var startedFromFile: Bool { Self.startedFromFile(origin) }
}

/// Weights on disk: a tensor file with PyTorch's names, shapes and order of elements.
public enum Checkpoint {
  public static let schema = "checkpoint"
  /// Version 1 had `width` instead of `configuration`.
  public static let schemaVersion = 2
  /// The allowed sides of a network's input.
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

  /// Reads the metadata of a checkpoint.
  public static func description(of file: TensorFile) throws -> CheckpointDescription {
    func value(_ key: String) throws -> String {
      guard let text = file.metadata[key] else {
        throw CheckpointError.metadata(file: file.url.path, key: key, found: nil)
      }
      return text
    }
    /// A natural number small enough that sums don't overflow.
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
    /// Float32 if the file has no entry: older files had no choice of precision.
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
    // 32 if the file has no entry: older files had no choice of the side.
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
  /// PyTorch's `num_batches_tracked` counters are ignored.
  ///
  /// - Throws: What `check(_:fits:)` throws; the network is then unchanged.
  public static func load(_ file: TensorFile, into network: Network) throws {
    try check(file, fits: network)
    // All checks have passed. Copies one tensor at a time.
    for parameter in network.parameters {
      parameter.load(dense: try file.scalars(of: parameter.name, as: Float.self))
    }
  }

  /// Checks that the network can use the weights of a file.
  ///
  /// - Throws: `CheckpointError` if a tensor is missing, unexpected or of another shape, or if a
  ///   value is infinite or NaN, or a variance negative; `TensorFileError` if a tensor is not
  ///   float32.
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
  /// The position of the first value that would make every output of the network NaN.
  fileprivate func firstUnusable(in values: UnsafeBufferPointer<Float>) -> Int? {
    self == .runningVariance
      ? values.firstIndex { !($0.isFinite && $0 >= 0) } : values.firstIndex { !$0.isFinite }
  }

  fileprivate var expectedValues: String {
    self == .runningVariance ? "a finite number from 0, as variances are" : "a finite number"
  }
}

/// Why weights can't be loaded from a file.
public enum CheckpointError: PrintableError, Equatable {
  /// The network has a parameter that the file lacks.
  case missing(file: String, tensor: String, network: String)
  /// The file has a tensor that is no parameter of the network.
  case unexpected(file: String, tensor: String, network: String)
  /// A tensor has another shape than the parameter.
  case shape(file: String, tensor: String, expected: [Int], found: [Int])
  /// A value that the network can't compute with.
  case value(file: String, tensor: String, index: [Int], found: Float, expected: String)
  /// A metadata entry is absent or unreadable.
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
