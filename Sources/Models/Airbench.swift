import CheckedNumbers
import Declarations
import Kernels
import Layers
import Tensors

/// The network of the fastest known training runs on CIFAR-10: a 2×2 convolution that whitens
/// patches of the images, groups of two 3×3 convolutions, the maximum over all pixels, and a linear
/// head without bias whose logits are scaled down.
///
/// A group: convolution – max pool 2 – norm – activation – convolution – norm – activation. Norms
/// learn no scale. Whitening filters are computed from training images and frozen; all other
/// convolutions begin as the identity.
///
/// Shapes: images `[N, side, side, 3]`, logits `[N, 1, 1, classes]`. With the default widths
/// 1,971,352 trained parameters for 10 classes. Source: Jordan, 2024, arXiv:2404.00498, section 3.
/// The source pools 3×3 windows at the end, which is the same for images of 32 pixels.
struct Airbench: NetworkFamily {
  static let widths = SettingKey(
    "widths", each: 1...1024, count: 1...64, default: [64, 256, 256],
    about: "channels of each group")
  static let activation = SettingKey(
    "activation", ["gelu", "silu"], default: "gelu", about: "the activation function")
  static let logitScale = SettingKey(
    "logit-scale", SettingRange(most: 1, above: 0), default: 1.0 / 256,
    about: "factor of the logits")
  static let normMomentum = SettingKey(
    "norm-momentum", SettingRange(most: 1, above: 0), default: 0.4,
    about: "weight of a new batch in the running statistics of norms")

  let example = "airbench"
  let recipe: String? = "speedrun"
  let keys: [any DeclaredKey] = [
    Airbench.widths, Airbench.activation, Airbench.logitScale, Airbench.normMomentum,
  ]

  func network(
    named name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int
  ) throws(NetworkCatalogError) -> Network {
    let widths = sizes[Self.widths]
    let counts = groupCounts(side: side)
    guard counts.contains(widths.count) else {
      throw .outOfRange(
        key: Self.widths.name, found: "\(widths.count)",
        expected: "\(counts.lowerBound) to \(counts.upperBound) for images of side \(side)")
    }
    let activation: ActivationFunction = sizes[Self.activation] == "silu" ? .silu : .gelu
    var build = NetworkBuilder(side: side)
    var x = build.append(
      "whitening",
      Convolution(
        name: "whitening", inputChannels: 3, outputChannels: 24, kernelSize: 2, padding: 0,
        hasBias: true, readsImages: true, whitens: true), build.input)
    x = build.append("whitening.activation", Activation(activation), x)
    func norm(_ name: String, _ x: Network.FeatureMapID) -> Network.FeatureMapID {
      build.norm(
        name, x, activation: activation, epsilon: 1e-12, momentum: sizes[Self.normMomentum],
        learnsScale: false)
    }
    for (index, width) in widths.enumerated() {
      let group = "groups.\(index)"
      x = build.convolution("\(group).conv1", x, to: width, kernelSize: 3)
      x = build.append("\(group).pool", MaxPool(.windows(size: 2, stride: 2)), x)
      x = norm("\(group).norm1", x)
      x = build.convolution("\(group).conv2", x, to: width, kernelSize: 3)
      x = norm("\(group).norm2", x)
    }
    x = build.append("pool", MaxPool(.adaptive(count: 1)), x)
    x = build.linear("head", x, to: classes, hasBias: false)
    _ = build.append("scale", Scaling(by: Float(sizes[Self.logitScale])), x)
    return build.network(name: name, sizes, classes: classes, start: .identity)
  }

  /// The possible numbers of groups for images of this side. Each group halves the side; at the
  /// end, 1 to 16 pixels remain along each axis, of which the last pooling computes the maximum.
  private func groupCounts(side: Int) -> ClosedRange<Int> {
    let sides = Array(sequence(first: side - 1) { $0 > 1 ? $0 / 2 : nil })
    return max(sides.firstIndex { $0 <= 16 } ?? 1, 1)...max(sides.count - 1, 1)
  }
}
