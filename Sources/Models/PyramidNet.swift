import Declarations
import Layers
import Tensors

/// The additive PyramidNet: a stem of 16 channels, then three stages of n blocks, each slightly
/// wider than the one before, a last norm, global average pooling and a linear head. 6n + 2 layers.
///
///     channels of block k of 3n = 16 + k · alpha / 3n, rounded half to even
///
/// Each stage after the first begins with stride 2.
///
/// Shapes: images `[N, side, side, 3]`, logits `[N, 1, 1, classes]`.
/// n = 18, alpha 48: 1,772,706 parameters.
/// Source: Han, Kim and Kim, 2017, arXiv:1610.02915, section 3 and table 1; its blocks are those of
/// figure 6d.
struct PyramidNet: NetworkFamily {
  static let blocks = SettingKey(
    "blocks", 1...200, default: 18, about: "n, blocks in each of three stages")
  static let alpha = SettingKey(
    "alpha", 0...1024, default: 48,
    about: "channels by which the network widens from the stem's 16")

  let example = "pyramidnet"
  let keys: [any DeclaredKey] = [PyramidNet.blocks, PyramidNet.alpha]

  func network(named name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int)
    -> Network
  {
    let (blocks, alpha) = (sizes[Self.blocks], sizes[Self.alpha])
    var build = NetworkBuilder(side: side)
    var x = build.convolution("stem.conv", build.input, to: 16, kernelSize: 3)
    x = build.norm("stem.norm", x)
    // Summed block by block as in the published program: at a half, a product would round
    // differently.
    let step = Double(alpha) / Double(3 * blocks)
    var width = 16.0
    for stage in 0..<3 {
      for block in 0..<blocks {
        width += step
        x = build.pyramidBlock(
          "stages.\(stage).\(block)", x, to: Int(width.rounded(.toNearestOrEven)),
          stride: stage > 0 && block == 0 ? 2 : 1)
      }
    }
    x = build.norm("norm", x, activation: .relu)
    x = build.append("pool", AveragePool(.adaptive(count: 1)), x)
    _ = build.linear("head", x, to: classes)
    return build.network(
      name: name, sizes, classes: classes, start: .kaimingNormal(fan: .output, negativeSlope: 0))
  }
}

extension NetworkConfiguration {
  /// The sizes of a PyramidNet; nil for the published ones.
  public init(blocks: Int? = nil, alpha: Int? = nil) {
    self = Self().with(PyramidNet.blocks, blocks).with(PyramidNet.alpha, alpha)
  }
}

extension NetworkBuilder {
  /// norm – conv – norm – ReLU – conv – norm, plus the shortcut, which pools if the stride is 2 and
  /// appends channels of zeros if the block widens.
  fileprivate mutating func pyramidBlock(
    _ name: String, _ x: Network.FeatureMapID, to channels: Int, stride: Int
  ) -> Network.FeatureMapID {
    var y = norm("\(name).norm1", x)
    y = convolution("\(name).conv1", y, to: channels, kernelSize: 3, stride: stride)
    y = norm("\(name).norm2", y, activation: .relu)
    y = convolution("\(name).conv2", y, to: channels, kernelSize: 3)
    var shortcut = x
    if stride != 1 {
      shortcut = append(
        "\(name).shortcut.pool",
        AveragePool(.windows(size: stride, stride: stride, ceilMode: true)), shortcut)
    }
    let extra = channels - shapes[x].channels
    if extra > 0 {
      shortcut = append("\(name).shortcut.pad", ChannelPad(extraChannels: extra), shortcut)
    }
    return norm("\(name).norm3", y, adding: shortcut)
  }
}
