import Layers
import Tensors

extension Network {
  /// The widths of the eleven blocks.
  static let adaptiveWidths = [32, 32, 64, 64, 128, 128, 128, 256, 256, 256, 256]

  /// A plain chain of blocks whose convolutions adapt to the image, each with a shortcut; 2×2 max pooling
  /// after blocks 3, 6 and 9, global average pooling and a linear head.
  ///
  /// The published system names eleven blocks, K kernels, attention over the pooled input, shortcuts,
  /// norms, LeakyReLU and max pooling; widths, K = 4, the softmax, the slope 0.01 and the places of the
  /// pooling are chosen here. Kernels start as Kaiming's for the forward pass, each of the K as if it
  /// stood alone: their mixture, which begins as the mean of K independent ones, is smaller by √K, and
  /// the norm behind it makes up for that.
  ///
  /// Shapes: images `[N, side, side, 3]`, logits `[N, 1, 1, classes]`. With these sizes 10,047,906 parameters
  /// for 10 classes.
  /// Source: Chen et al., 2020, arXiv:1912.03458, section 3, for the mixed convolution.
  ///
  /// - Parameter sizes: The keys `widths`, one for each block, and `kernels`, which is K.
  static func adaptiveConvNet(
    name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int
  ) -> Network {
    var build = NetworkBuilder(side: side)
    var x = build.input
    for (index, width) in (sizes.widths ?? adaptiveWidths).enumerated() {
      x = build.adaptiveBlock("blocks.\(index)", x, to: width, kernels: sizes.kernels ?? 4)
      if [2, 5, 8].contains(index) {
        x = build.append("pool\(index + 1)", MaxPool(.windows(size: 2, stride: 2)), x)
      }
    }
    x = build.append("pool", AveragePool(.adaptive(count: 1)), x)
    _ = build.linear("head", x, to: classes)
    return build.network(
      name: name, sizes, classes: classes,
      start: .kaimingNormal(fan: .input, negativeSlope: Double(leakySlope)))
  }

  /// The slope of LeakyReLU left of zero.
  fileprivate static let leakySlope: Float = 0.01
}

extension NetworkBuilder {
  /// A convolution mixed by attention over the pooled input, plus the shortcut, norm, LeakyReLU. Where
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
      // Images, brought to the layout of all other maps.
      shortcut = append("\(name).shortcut", ChannelPad(extraChannels: 0), x)
    }
    let sum = append("\(name).sum", Add(), y, shortcut)
    return norm("\(name).norm", sum, activation: .leakyReLU(slope: Network.leakySlope))
  }
}
