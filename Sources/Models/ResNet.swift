import Declarations
import Layers
import Tensors

/// The residual network for CIFAR-10 with 6n + 2 layers: a stem, three stages of n basic blocks
/// with `width`, 2 · width and 4 · width channels, global average pooling and a linear head. Each
/// stage after the first begins with stride 2.
///
/// If a block changes the shape, its shortcut is a 1×1 convolution and a norm (option B); the
/// paper's CIFAR networks use option A, without parameters.
///
/// Shapes: images `[N, side, side, 3]`, logits `[N, 1, 1, classes]`.
/// n = 3, width 16: 272,474 parameters.
/// Source: He et al., 2015, arXiv:1512.03385, section 4.2.
struct ResNet: NetworkFamily {
  static let width = SettingKey(
    "width", 1...1024, default: 16, about: "channels of the first stage")

  let pattern = "resnet[0-9]+"
  let example = "resnet20"
  let title = "resnetD"
  let naming: String? = "resnetD has D = 6n + 2 layers"
  let keys: [any DeclaredKey] = [ResNet.width]

  func check(name: String) throws(NetworkCatalogError) { _ = try blocks(in: name) }

  /// n, the number of basic blocks in a stage.
  private func blocks(in name: String) throws(NetworkCatalogError) -> Int {
    try blocksInStage(of: name, depth: name.dropFirst("resnet".count), layersInBlock: 6)
  }

  func network(
    named name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int
  ) throws(NetworkCatalogError) -> Network {
    let (blocks, width) = (try blocks(in: name), sizes[Self.width])
    var build = NetworkBuilder(side: side)
    var x = build.convolution("stem.conv", build.input, to: width, kernelSize: 3)
    x = build.norm("stem.norm", x, activation: .relu)
    for stage in 0..<3 {
      for block in 0..<blocks {
        x = build.basicBlock(
          "stages.\(stage).\(block)", x, to: width << stage,
          stride: stage > 0 && block == 0 ? 2 : 1)
      }
    }
    x = build.append("pool", AveragePool(.adaptive(count: 1)), x)
    _ = build.linear("head", x, to: classes)
    return build.network(name: name, sizes, classes: classes)
  }
}

/// The residual network of version 2 with 9n + 2 layers: a stem, three stages of n pre-activation
/// bottlenecks with `width`, 2 · width and 4 · width channels, each of which widens fourfold in its
/// last convolution, a last norm, global average pooling and a linear head.
///
/// The first block of a stage projects its shortcut by a plain 1×1 convolution, which reads the
/// activated input. In each stage after the first, this block halves height and width in its 3×3
/// convolution.
///
/// Shapes: images `[N, side, side, 3]`, logits `[N, 1, 1, classes]`.
/// n = 3, width 16: 312,218 parameters.
/// Source: He et al., 2016, arXiv:1603.05027, figure 4e and section 4; the bottleneck as in the
/// appendix, with the stride on the 3×3.
struct PreActivationResNet: NetworkFamily {
  let pattern = "resnet[0-9]+v2"
  let example = "resnet29v2"
  let title = "resnetDv2"
  let naming: String? = "resnetDv2 has D = 9n + 2 layers"
  let keys: [any DeclaredKey] = [ResNet.width]

  func check(name: String) throws(NetworkCatalogError) { _ = try blocks(in: name) }

  /// n, the number of bottlenecks in a stage.
  private func blocks(in name: String) throws(NetworkCatalogError) -> Int {
    try blocksInStage(
      of: name, depth: name.dropFirst("resnet".count).dropLast("v2".count), layersInBlock: 9)
  }

  func network(
    named name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int
  ) throws(NetworkCatalogError) -> Network {
    let (blocks, width) = (try blocks(in: name), sizes[ResNet.width])
    var build = NetworkBuilder(side: side)
    var x = build.convolution("stem.conv", build.input, to: width, kernelSize: 3)
    for stage in 0..<3 {
      for block in 0..<blocks {
        x = build.preActivationBottleneck(
          "stages.\(stage).\(block)", x, width: width << stage,
          stride: stage > 0 && block == 0 ? 2 : 1)
      }
    }
    x = build.norm("norm", x, activation: .relu)
    x = build.append("pool", AveragePool(.adaptive(count: 1)), x)
    _ = build.linear("head", x, to: classes)
    return build.network(name: name, sizes, classes: classes)
  }
}

/// The number of blocks in each of three stages, from the number of layers of a block; stem and
/// head are two more layers.
private func blocksInStage(
  of name: String, depth digits: Substring, layersInBlock: Int
) throws(NetworkCatalogError) -> Int {
  let depth = Int(digits) ?? .max
  guard (layersInBlock + 2...1202).contains(depth), (depth - 2) % layersInBlock == 0 else {
    throw .depth(name: name, depth: depth, layersInBlock: layersInBlock)
  }
  return (depth - 2) / layersInBlock
}

extension NetworkConfiguration {
  /// The sizes of a ResNet of either version; nil for the published ones.
  public init(width: Int?) {
    self = Self().with(ResNet.width, width)
  }
}

extension NetworkBuilder {
  /// conv – norm – ReLU – conv – norm, plus the shortcut, ReLU.
  fileprivate mutating func basicBlock(
    _ name: String, _ x: Network.FeatureMapID, to channels: Int, stride: Int
  ) -> Network.FeatureMapID {
    var y = convolution("\(name).conv1", x, to: channels, kernelSize: 3, stride: stride)
    y = norm("\(name).norm1", y, activation: .relu)
    y = convolution("\(name).conv2", y, to: channels, kernelSize: 3)
    var shortcut = x
    if stride != 1 || shapes[x].channels != channels {
      shortcut = convolution(
        "\(name).shortcut.conv", x, to: channels, kernelSize: 1, stride: stride)
      shortcut = norm("\(name).shortcut.norm", shortcut)
    }
    return norm("\(name).norm2", y, adding: shortcut, activation: .relu)
  }

  /// norm – ReLU – 1×1, norm – ReLU – 3×3, norm – ReLU – 1×1, plus the shortcut.
  fileprivate mutating func preActivationBottleneck(
    _ name: String, _ x: Network.FeatureMapID, width: Int, stride: Int
  ) -> Network.FeatureMapID {
    let activated = norm("\(name).norm1", x, activation: .relu)
    var shortcut = x
    if stride != 1 || shapes[x].channels != 4 * width {
      shortcut = convolution(
        "\(name).shortcut", activated, to: 4 * width, kernelSize: 1, stride: stride)
    }
    var y = convolution("\(name).conv1", activated, to: width, kernelSize: 1)
    y = norm("\(name).norm2", y, activation: .relu)
    y = convolution("\(name).conv2", y, to: width, kernelSize: 3, stride: stride)
    y = norm("\(name).norm3", y, activation: .relu)
    return convolution("\(name).conv3", y, to: 4 * width, kernelSize: 1, adding: shortcut)
  }
}
