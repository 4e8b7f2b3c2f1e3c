/// One linear layer on the pixels: the baseline for networks.
///
/// Shapes: images `[N, side, side, 3]`, logits `[N, 1, 1, classes]`.
struct LinearClassifier: NetworkFamily {
  let example = "linear"
  let recipe: String? = nil

  func network(named name: String, _ sizes: NetworkConfiguration, side: Int, classes: Int)
    -> Network
  {
    var build = NetworkBuilder(side: side)
    _ = build.linear("fc", build.input, to: classes)
    return build.network(name: name, classes: classes)
  }
}
