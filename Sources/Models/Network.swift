import Kernels
import Layers
import Tensors

/// A network: layers in execution order, and the feature maps that each one reads.
///
/// Maps are numbered: 0 is the input, and the node at index i writes map i + 1. A node reads only
/// maps written before it, so the order of the nodes is a valid execution order, and its reverse a
/// valid order of the backward pass.
public final class Network: Sendable {
  /// A layer and the maps it reads.
  public struct Node: Sendable {
    public let name: String
    public let layer: any Layer
    public let inputs: [FeatureMapID]

    public init(name: String, layer: any Layer, inputs: [FeatureMapID]) {
      self.name = name
      self.layer = layer
      self.inputs = inputs
    }
  }

  /// The number of a feature map.
  public typealias FeatureMapID = Int

  /// Its name in checkpoints and recipes, for example "resnet20".
  public let name: String
  /// The sizes it was built with, including published defaults.
  public let configuration: NetworkConfiguration
  /// The random initialisation of its weights.
  public let start: InitialWeights
  /// The shape of one input image.
  public let input: FeatureMapShape
  public let classes: Int
  public let nodes: [Node]
  /// The state in the order of PyTorch's `state_dict`.
  public let parameters: [Parameter]

  /// - Precondition: the last node writes `[N, 1, 1, classes]`, and parameter names are unique.
  public init(
    name: String, configuration: NetworkConfiguration = NetworkConfiguration(),
    input: FeatureMapShape, classes: Int, nodes: [Node], start: InitialWeights = .uniform
  ) {
    self.name = name
    self.configuration = configuration
    self.start = start
    self.input = input
    self.classes = classes
    self.nodes = nodes
    parameters = nodes.flatMap(\.layer.parameters)
    let names = Set(parameters.map(\.name))
    precondition(names.count == parameters.count, "\(name) has two parameters of one name")
    let output = shapes(count: 1).last
    precondition(
      output?.pixelCount == 1 && output?.channels == classes,
      "\(name) ends in \(String(describing: output)), not in \(classes) logits")
  }

  /// Number of trainable elements.
  public var parameterCount: Int {
    parameters.filter(\.isTrainable).reduce(0) { $0 + $1.elementCount }
  }

  /// The shapes of all feature maps for a batch of `count` images, the input's first.
  ///
  /// - Parameter side: Width and height of the images; those of `input` if nil.
  /// - Precondition: the network accepts images of this side.
  public func shapes(
    count: Int, arithmetic: Precision = .float32, side: Int? = nil
  ) -> [FeatureMapShape] {
    let input = side.map { FeatureMapShape.images(count: 1, height: $0, width: $0) } ?? self.input
    var shapes = [input.with(count: count).with(arithmetic: arithmetic)]
    for node in nodes {
      shapes.append(node.layer.outputShape(for: node.inputs.map { shapes[$0] }))
    }
    return shapes
  }

  /// The name of the first layer that images of this side don't suit; nil if the network accepts them.
  public func obstacle(toImagesOfSide side: Int) -> String? {
    var shapes = [FeatureMapShape.images(count: 1, height: side, width: side)]
    for node in nodes {
      let inputs = node.inputs.map { shapes[$0] }
      guard node.layer.accepts(inputs) else { return node.name }
      shapes.append(node.layer.outputShape(for: inputs))
    }
    return shapes[nodes.count].pixelCount == 1 ? nil : nodes.last?.name
  }
}

/// Builds a network node by node; each call returns the map its layer writes.
public struct NetworkBuilder {
  public private(set) var nodes: [Network.Node] = []
  /// The shapes of the input and of each node's output, for one image.
  public private(set) var shapes: [FeatureMapShape]

  /// - Parameter side: Width and height of an image.
  public init(side: Int) {
    shapes = [.images(count: 1, height: side, width: side)]
  }

  /// The map that the network reads.
  public var input: Network.FeatureMapID { 0 }

  /// The network of all nodes so far.
  public func network(
    name: String, _ configuration: NetworkConfiguration = NetworkConfiguration(), classes: Int,
    start: InitialWeights = .uniform
  ) -> Network {
    Network(
      name: name, configuration: configuration, input: shapes[0], classes: classes, nodes: nodes,
      start: start)
  }

  public mutating func append(
    _ name: String, _ layer: any Layer, _ inputs: Network.FeatureMapID...
  ) -> Network.FeatureMapID {
    nodes.append(Network.Node(name: name, layer: layer, inputs: inputs))
    shapes.append(layer.outputShape(for: inputs.map { shapes[$0] }))
    return nodes.count
  }

  /// A square convolution, plus `residual` if given. The default padding, half the filter's size,
  /// keeps height and width at stride 1.
  public mutating func convolution(
    _ name: String, _ x: Network.FeatureMapID, to channels: Int, kernelSize: Int, stride: Int = 1,
    padding: Int? = nil, hasBias: Bool = false, adding residual: Network.FeatureMapID? = nil
  ) -> Network.FeatureMapID {
    let layer = Convolution(
      name: name, inputChannels: shapes[x].channels, outputChannels: channels,
      kernelSize: kernelSize, stride: stride, padding: padding ?? kernelSize / 2,
      hasBias: hasBias, readsImages: x == input)
    guard let residual else { return append(name, layer, x) }
    return append(name, layer, x, residual)
  }

  /// A norm, plus `residual` if given, followed by an activation function.
  ///
  /// - Parameters:
  ///   - epsilon: Added to the variance.
  ///   - momentum: The weight of a new batch in the running statistics.
  ///   - learnsScale: Whether the scale is trained; otherwise it stays 1.
  public mutating func norm(
    _ name: String, _ x: Network.FeatureMapID, adding residual: Network.FeatureMapID? = nil,
    activation: ActivationFunction = .identity, epsilon: Double = 1e-5, momentum: Double = 0.1,
    learnsScale: Bool = true
  ) -> Network.FeatureMapID {
    let layer = BatchNorm(
      name: name, channels: shapes[x].channels, activation: activation, epsilon: epsilon,
      momentum: momentum)
    layer.weight.isFrozen = !learnsScale
    guard let residual else { return append(name, layer, x) }
    return append(name, layer, x, residual)
  }

  public mutating func linear(
    _ name: String, _ x: Network.FeatureMapID, to outputs: Int, hasBias: Bool = true
  ) -> Network.FeatureMapID {
    append(name, Linear(name: name, input: shapes[x], outputs: outputs, hasBias: hasBias), x)
  }
}
