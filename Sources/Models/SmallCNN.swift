import Layers
import Tensors

extension Network {
  /// Two convolutions and two linear layers:
  /// conv 3×3 – ReLU – max pool 2, twice, with 32 and 64 channels; linear 512 – ReLU; linear.
  ///
  /// Shapes: images `[N, side, side, 3]`, logits `[N, 1, 1, classes]`. 2,122,186 parameters for
  /// 32×32 pixels and 10 classes.
  static func smallCNN(name: String, side: Int, classes: Int) -> Network {
    var build = NetworkBuilder(side: side)
    var x = build.input
    for (index, channels) in [32, 64].enumerated() {
      x = build.convolution("conv\(index + 1)", x, to: channels, kernelSize: 3, hasBias: true)
      x = build.append(
        "pool\(index + 1)", MaxPool(.windows(size: 2, stride: 2), rectifies: true), x)
    }
    x = build.linear("fc1", x, to: 512)
    x = build.append("relu3", Activation(.relu), x)
    _ = build.linear("fc2", x, to: classes)
    return build.network(name: name, classes: classes)
  }

  /// One linear layer on the pixels: the classifier that a network has to beat.
  ///
  /// Shapes: images `[N, side, side, 3]`, logits `[N, 1, 1, classes]`.
  static func linear(name: String, side: Int, classes: Int) -> Network {
    var build = NetworkBuilder(side: side)
    _ = build.linear("fc", build.input, to: classes)
    return build.network(name: name, classes: classes)
  }
}
