import Layers
import Tensors

extension Network {
  /// The residual network for CIFAR-10 with 6n + 2 layers: a stem, three stages of n basic blocks with
  /// `width`, 2 · width and 4 · width channels, global average pooling and a linear head. A stage after
  /// the first begins with stride 2.
  ///
  /// Where a block changes the shape, its shortcut is a 1×1 convolution and a norm (option B); the
  /// paper's CIFAR networks use option A, without parameters.
  ///
  /// Shapes: images `[N, 32, 32, 3]`, logits `[N, 1, 1, classes]`. n = 3, width 16: 272,474 parameters.
  /// Source: He et al., 2015, arXiv:1512.03385, section 4.2.
  ///
  /// - Parameters:
  ///   - blocks: n, basic blocks in a stage.
  static func resNet(name: String, blocks: Int, width: Int, classes: Int) -> Network {
    let image = FeatureMapShape.images(count: 1, height: 32, width: 32)
    var build = NetworkBuilder(input: image)
    var x = build.convolution("stem.conv", build.input, to: width, kernelSize: 3)
    x = build.append(
      "stem.norm", BatchNorm(name: "stem.norm", channels: width, activation: .relu), x)
    for stage in 0..<3 {
      for block in 0..<blocks {
        x = build.basicBlock(
          "stages.\(stage).\(block)", x, to: width << stage,
          stride: stage > 0 && block == 0 ? 2 : 1)
      }
    }
    x = build.append("pool", AveragePool(.adaptive(count: 1)), x)
    _ = build.linear("head", x, to: classes)
    return Network(name: name, input: image, classes: classes, nodes: build.nodes)
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
      shortcut = norm("\(name).shortcut.norm", shortcut, activation: .identity)
    }
    return append(
      "\(name).norm2", BatchNorm(name: "\(name).norm2", channels: channels, activation: .relu), y,
      shortcut)
  }

  private mutating func norm(
    _ name: String, _ x: Network.FeatureMapID, activation: ActivationFunction
  ) -> Network.FeatureMapID {
    append(
      name, BatchNorm(name: name, channels: shapes[x].channels, activation: activation), x)
  }
}
