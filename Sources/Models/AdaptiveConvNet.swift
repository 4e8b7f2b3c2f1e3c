import Declarations
import Layers
import Tensors

/// A plain chain of blocks, each with a shortcut, whose convolutions adapt their weights to the
/// image; 2×2 max pooling after blocks 3, 6 and 9, global average pooling and a linear head.
///
/// The published system specifies eleven blocks, K sets of weights, attention over the pooled
/// input, shortcuts, norms, LeakyReLU and max pooling. Widths, K = 4, the softmax, the slope 0.01
/// and the positions of the pooling are chosen here. Weights are initialised as Kaiming's for the
/// forward pass, each of the K sets separately. Their mixture begins as the mean of K independent
/// sets and is therefore smaller by √K; the norm after it compensates for that.
///
/// Shapes: images `[N, side, side, 3]`, logits `[N, 1, 1, classes]`. With the default sizes
/// 10,047,906 parameters for 10 classes.
/// Source: Chen et al., 2020, arXiv:1912.03458, section 3, for the mixed convolution.
struct AdaptiveConvNet: NetworkFamily {
  static let widths = SettingKey(
    "widths", each: 1...1024, count: 1...64,
    default: [32, 32, 64, 64, 128, 128, 128, 256, 256, 256, 256], about: "channels of each block")
  static let kernels = SettingKey(
    "kernels", 1...16, default: 4, about: "K, kernels that a block mixes")

  let example = "adaptive-conv"
  let keys: [any DeclaredKey] = [AdaptiveConvNet.widths, AdaptiveConvNet.kernels]

  func network(named name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int)
    -> Network
  {
    var build = NetworkBuilder(side: side)
    var x = build.input
    for (index, width) in sizes[Self.widths].enumerated() {
      x = build.adaptiveBlock("blocks.\(index)", x, to: width, kernels: sizes[Self.kernels])
      if [2, 5, 8].contains(index) {
        x = build.append("pool\(index + 1)", MaxPool(.windows(size: 2, stride: 2)), x)
      }
    }
    x = build.append("pool", AveragePool(.adaptive(count: 1)), x)
    _ = build.linear("head", x, to: classes)
    return build.network(
      name: name, sizes, classes: classes,
      start: .kaimingNormal(fan: .input, negativeSlope: Double(Self.leakySlope)))
  }

  /// The slope of LeakyReLU left of zero.
  fileprivate static let leakySlope: Float = 0.01
}

extension NetworkConfiguration {
  /// The sizes of an adaptive network; nil for the published ones.
  public init(widths: [Int]? = nil, kernels: Int? = nil) {
    self = Self().with(AdaptiveConvNet.widths, widths).with(AdaptiveConvNet.kernels, kernels)
  }
}

extension NetworkBuilder {
  /// A convolution mixed by attention over the pooled input, plus the shortcut, norm, LeakyReLU. If
  /// the width changes, the shortcut is a 1×1 convolution.
  fileprivate mutating func adaptiveBlock(
    _ name: String, _ x: Network.FeatureMapID, to channels: Int, kernels: Int
  ) -> Network.FeatureMapID {
    let inputChannels = shapes[x].channels
    var logits = append("\(name).conv.pool", AveragePool(.adaptive(count: 1)), x)
    logits = linear("\(name).conv.attention", logits, to: kernels)
    let y = append(
      "\(name).conv",
      MixedConvolution(
        name: "\(name).conv", inputChannels: inputChannels, outputChannels: channels,
        kernelSize: 3, kernelCount: kernels, readsImages: x == input), x, logits)
    var shortcut = x
    if inputChannels != channels {
      shortcut = convolution("\(name).shortcut", x, to: channels, kernelSize: 1)
    } else if x == input {
      // The input images, converted to the padded layout of all other maps.
      shortcut = append("\(name).shortcut", ChannelPad(extraChannels: 0), x)
    }
    let sum = append("\(name).sum", Add(), y, shortcut)
    return norm("\(name).norm", sum, activation: .leakyReLU(slope: AdaptiveConvNet.leakySlope))
  }
}
