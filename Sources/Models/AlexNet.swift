import CheckedNumbers
import Declarations
import Layers
import Tensors

/// AlexNet in its narrower, one-column form for images of 227×227, with a norm after each
/// convolution instead of local response normalisation: five convolutions, three of them followed
/// by overlapping max pooling, average pooling to 6×6 and three linear layers, with dropout before
/// the two hidden ones.
///
/// Shapes: images `[N, 227, 227, 3]`, logits `[N, 1, 1, classes]`. 44,430,410 parameters for
/// 10 classes.
/// Source: Krizhevsky, 2014, arXiv:1404.5997, for the widths of the convolutions; Krizhevsky,
/// Sutskever and Hinton, 2012, "ImageNet classification with deep convolutional neural networks",
/// for the rest.
struct AlexNet: NetworkFamily {
  static let dropout = SettingKey(
    "dropout", SettingRange(least: 0, below: 1), default: 0.5,
    about: "chance of dropping a number before each hidden linear layer")

  /// Width and height of the input; images of other sizes are resized.
  static let side = 227

  let example = "alexnet"
  let keys: [any DeclaredKey] = [AlexNet.dropout]

  func network(named name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int)
    -> Network
  {
    let dropout = sizes[Self.dropout]
    var build = NetworkBuilder(side: Self.side)
    var x = build.input
    for (index, convolution) in [(64, 11, 4), (192, 5, 1), (384, 3, 1), (256, 3, 1), (256, 3, 1)]
      .enumerated()
    {
      let (channels, kernelSize, stride) = convolution
      x = build.convolution(
        "conv\(index + 1)", x, to: channels, kernelSize: kernelSize, stride: stride,
        padding: min(kernelSize / 2, 2), hasBias: true)
      x = build.norm("norm\(index + 1)", x, activation: .relu)
      if [0, 1, 4].contains(index) {
        x = build.append("pool\(index + 1)", MaxPool(.windows(size: 3, stride: 2)), x)
      }
    }
    x = build.append("pool", AveragePool(.adaptive(count: 6)), x)
    for (index, outputs) in [4096, 1024].enumerated() {
      if dropout > 0 {
        let name = "dropout\(index + 1)"
        x = build.append(name, Dropout(name: name, probability: dropout), x)
      }
      x = build.linear("fc\(index + 1)", x, to: outputs)
      x = build.append("relu\(index + 1)", Activation(.relu), x)
    }
    _ = build.linear("fc3", x, to: classes)
    return build.network(name: name, sizes, classes: classes)
  }
}

extension NetworkConfiguration {
  /// The sizes of an AlexNet; nil for the published ones.
  public init(dropout: Double?) {
    self = Self().with(AlexNet.dropout, dropout)
  }
}
