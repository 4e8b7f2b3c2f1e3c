import Kernels
import Layers
import Tensors
import TestSupport
import Testing

/// Single operations compared with PyTorch's values, forward and backward.
@Suite struct GoldenOperationTests {
  private static let tolerance = Tolerance.ofLargest(1e-4)

  private func check(
    _ name: String, _ layer: any Layer, readsImages: Bool = false,
    sourceLocation: SourceLocation = #_sourceLocation
  ) throws {
    let golden = try GoldenFile("ops")
    for parameter in layer.parameters {
      let key = "\(name).\(parameter.name.split(separator: ".").last ?? "")"
      if golden.contains(key), parameter.isTrainable {
        parameter.load(dense: try golden.tensor(key).values)
      }
    }
    let x = try golden.tensor("\(name).x")
    let run = LayerRun(
      layer, [x], outputGradient: try golden.tensor("\(name).dy"), readsImages: readsImages)
    let y = try golden.tensor("\(name).y")
    expectClose(
      run.output.values, y.values, Self.tolerance, "\(name).y", shape: y.shape,
      sourceLocation: sourceLocation)
    for gradient in run.inputGradients where !readsImages {
      expectClose(
        gradient, try golden.tensor("\(name).dx").values, Self.tolerance, "\(name).dx",
        shape: x.shape, sourceLocation: sourceLocation)
    }
    for parameter in layer.parameters where parameter.isTrainable {
      let key = "\(name).d\(parameter.name.split(separator: ".").last ?? "")"
      expectClose(
        parameter.denseGradient(), try golden.tensor(key).values, Self.tolerance, key,
        shape: parameter.shape, sourceLocation: sourceLocation)
    }
  }

  struct ConvolutionCase: Sendable {
    let name: String
    let inputs: Int
    let outputs: Int
    let kernel: Int
    let stride: Int
    let padding: Int
    let hasBias: Bool
  }

  static let convolutions: [ConvolutionCase] = [
    ("3x3", 5, 6, 3, 1, 1, false), ("3x3_stride2", 16, 32, 3, 2, 1, false),
    ("3x3_stride2_odd", 17, 18, 3, 2, 1, false), ("1x1_stride2", 16, 32, 1, 2, 0, false),
    ("1x1", 20, 7, 1, 1, 0, true), ("5x5", 6, 9, 5, 1, 2, true),
    ("11x11_stride4", 3, 10, 11, 4, 2, true), ("2x2_valid", 3, 24, 2, 1, 0, true),
    ("3x3_wide", 64, 64, 3, 1, 1, false), ("3x3_rgb", 3, 16, 3, 1, 1, false),
  ].map {
    ConvolutionCase(
      name: "conv2d.\($0)", inputs: $1, outputs: $2, kernel: $3, stride: $4, padding: $5,
      hasBias: $6)
  }

  @Test(arguments: convolutions, [false, true])
  func convolution(_ test: ConvolutionCase, readsImages: Bool) throws {
    let layer = Convolution(
      name: "conv", inputChannels: test.inputs, outputChannels: test.outputs,
      kernelSize: test.kernel, stride: test.stride, padding: test.padding, hasBias: test.hasBias,
      readsImages: readsImages)
    try check(test.name, layer, readsImages: readsImages)
  }

  @Test func linear() throws {
    try check(
      "linear",
      Linear(
        name: "linear", input: FeatureMapShape(count: 1, height: 1, width: 1, channels: 13),
        outputs: 7))
  }

  @Test(arguments: [
    ("relu", ActivationFunction.relu), ("leaky_relu_0.01", .leakyReLU(slope: 0.01)),
    ("gelu", .gelu), ("gelu_tanh", .geluTanh),
  ])
  func activation(_ name: String, _ function: ActivationFunction) throws {
    try check(name, Activation(function))
  }

  @Test(arguments: [
    ("max_pool.2x2", PoolingGrid.windows(size: 2, stride: 2)),
    ("max_pool.3x3_stride2", .windows(size: 3, stride: 2)),
  ])
  func maxPool(_ name: String, _ grid: PoolingGrid) throws {
    try check(name, MaxPool(grid))
  }

  @Test(arguments: [
    ("avg_pool.2x2_ceil", PoolingGrid.windows(size: 2, stride: 2, ceilMode: true)),
    ("avg_pool.adaptive6", .adaptive(count: 6)), ("avg_pool.adaptive6_from13", .adaptive(count: 6)),
    ("avg_pool.global", .adaptive(count: 1)),
  ])
  func averagePool(_ name: String, _ grid: PoolingGrid) throws {
    try check(name, AveragePool(grid))
  }

  @Test func channelPadding() throws {
    try check("shortcut.pad_channels", ChannelPad(extraChannels: 2))
  }

  @Test func channelPaddingBeforePooling() throws {
    let golden = try GoldenFile("ops")
    let name = "shortcut.pad_pool"
    let pad = ChannelPad(extraChannels: 1)
    let pool = AveragePool(.windows(size: 2, stride: 2, ceilMode: true))
    let x = try golden.tensor("\(name).x")
    let padded = LayerRun(pad, [x]).output
    let pooled = LayerRun(pool, [padded], outputGradient: try golden.tensor("\(name).dy"))
    expectClose(
      pooled.output.values, try golden.tensor("\(name).y").values, Self.tolerance, "\(name).y")
    let gradient = DenseTensor(shape: padded.shape, values: pooled.inputGradients[0])
    let back = LayerRun(pad, [x], outputGradient: gradient)
    expectClose(
      back.inputGradients[0], try golden.tensor("\(name).dx").values, Self.tolerance, "\(name).dx")
  }

  @Test func batchNorm() throws {
    let golden = try GoldenFile("ops")
    let layer = BatchNorm(name: "norm", channels: 6)
    try check("batch_norm.train", layer)
    for (parameter, key) in [
      (layer.runningMean, "running_mean"), (layer.runningVariance, "running_var"),
    ] {
      expectClose(
        parameter.dense(), try golden.tensor("batch_norm.train.\(key)").values, .ofLargest(1e-3),
        key)
    }
  }

  @Test func batchNormInEvaluation() throws {
    let golden = try GoldenFile("ops")
    let layer = BatchNorm(name: "norm", channels: 6)
    for parameter in layer.parameters {
      let key = parameter.name.split(separator: ".").last ?? ""
      parameter.load(dense: try golden.tensor("batch_norm.eval.\(key)").values)
    }
    let run = LayerRun(layer, [try golden.tensor("batch_norm.eval.x")], mode: .evaluation)
    expectClose(
      run.output.values, try golden.tensor("batch_norm.eval.y").values, Self.tolerance, "y")
  }

  @Test(arguments: [
    ("loss.cross_entropy", CrossEntropy()),
    ("loss.label_smoothing_0.1", CrossEntropy(labelSmoothing: 0.1)),
    (
      "loss.kl_label_smoothing_0.2_0.1",
      CrossEntropy(labelSmoothing: 0.2, divergenceWeight: 0.1)
    ),
  ])
  func crossEntropy(_ name: String, _ loss: CrossEntropy) throws {
    let golden = try GoldenFile("ops")
    let logits = try golden.tensor("\(name).logits")
    let labels = try golden.labels("\(name).labels")
    let run = LossRun(loss, logits: logits, labels: labels)
    let mean = Float(run.losses.reduce(0, +) / Double(run.losses.count))
    expectClose([mean], try golden.tensor("\(name).loss").values, Self.tolerance, "\(name).loss")
    expectClose(
      run.gradient, try golden.tensor("\(name).dlogits").values, Self.tolerance,
      "\(name).dlogits")
  }

  /// Every case that the generator writes has a test.
  @Test func everyCaseHasATest() throws {
    let tested: Set<String> = Set(Self.convolutions.map(\.name)).union([
      "linear", "relu", "leaky_relu_0.01", "gelu", "gelu_tanh", "max_pool.2x2",
      "max_pool.3x3_stride2", "avg_pool.2x2_ceil", "avg_pool.adaptive6",
      "avg_pool.adaptive6_from13", "avg_pool.global", "shortcut.pad_channels", "shortcut.pad_pool",
      "batch_norm.train", "batch_norm.eval", "loss.cross_entropy", "loss.label_smoothing_0.1",
      "loss.kl_label_smoothing_0.2_0.1",
    ])
    let cases = Set(
      try GoldenFile("ops").file.names.map { name in
        name.split(separator: ".").dropLast().joined(separator: ".")
      })
    // The tests of training read the cases of optimisers and schedules.
    let others = cases.filter { $0.hasPrefix("optimizer.") || $0.hasPrefix("schedule.") }
    #expect(others.count == 9)
    #expect(cases.subtracting(others) == tested)
  }
}
