import Layers
import Tensors

/// Two convolutions and two linear layers:
/// conv 3×3 – ReLU – max pool 2, twice, with 32 and 64 channels; linear 512 – ReLU; linear.
///
/// Shapes: images `[N, side, side, 3]`, logits `[N, 1, 1, classes]`. 2,122,186 parameters for
/// 32×32 pixels and 10 classes.
struct SmallCNN: NetworkFamily {
  let example = "small-cnn"

  func network(named name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int)
    -> Network
  {
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
}
