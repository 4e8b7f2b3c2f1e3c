import Models
import NetworkRuns
import TestSupport
import Testing
import Training

/// Whole networks compared with PyTorch: logits, loss, all gradients, running statistics, six
/// steps.
@Suite struct GoldenNetworkTests {
  struct Case: Sendable, CustomTestStringConvertible {
    /// The name in the golden file and of its weights.
    let name: String
    let parameterCount: Int
    /// Depth amplifies rounding errors: after 110 layers, PyTorch's own float32 gradients have
    /// similar errors.
    var isDeep = false
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(name: "small-cnn", parameterCount: 2_122_186),
    Case(name: "resnet20", parameterCount: 272_474),
    Case(name: "resnet29v2", parameterCount: 312_218),
    Case(name: "alexnet", parameterCount: 44_430_410),
    Case(name: "adaptive-conv", parameterCount: 10_047_906),
    Case(name: "pyramidnet", parameterCount: 1_772_706, isDeep: true),
    Case(name: "pyramidnet-2", parameterCount: 212_970),
  ])
  func passes(_ test: Case) throws {
    let name = test.name
    let golden = try GoldenFile("models")
    let network = try GoldenNetwork.network(named: name)
    #expect(network.parameterCount == test.parameterCount)
    let side = network.input.height
    let batch = side > 100 ? 2 : 4
    let run = NetworkRun(network, batch: batch)
    run.fill(suffix: golden.suffix)
    let images = goldenFill(
      "\(name).input", suffix: golden.suffix, shape: [batch, 3, side, side], kind: .input)
    let (logits, loss) = run.train(images, labels: goldenLabels(batch))
    expectClose(
      logits.values, try golden.tensor("\(name).train.logits").values, .ofLargest(1e-4), "logits")
    expectClose(
      [Float(loss)], try golden.tensor("\(name).train.loss").values, .ofLargest(1e-4), "loss")
    if test.isDeep {
      try checkGradientNorms(name, network, golden)
    } else {
      try checkGradients(name, network, golden)
    }
    try checkStatistics(name, network, golden)
    expectClose(
      run.evaluate(images), try golden.tensor("\(name).eval.logits").values, .ofLargest(1e-4),
      "logits in evaluation")
  }

  private func checkGradients(_ name: String, _ network: Network, _ golden: GoldenFile) throws {
    let trained = network.parameters.filter(\.isTrainable)
    #expect(trained.count == golden.count(of: "\(name).grad_norm."))
    let norms = try trained.map { try golden.tensor("\(name).grad_norm.\($0.name)").values[0] }
    let whole = norm(norms)
    for (parameter, expected) in zip(trained, norms) {
      let gradient = parameter.denseGradient()
      expectClose(
        [Float(norm(gradient))], [expected], .gradient(norm: whole),
        "gradient norm of \(parameter.name)")
      expectClose(
        Array(gradient.prefix(16)),
        try golden.tensor("\(name).grad_head.\(parameter.name)").values, .gradient(norm: whole),
        "gradient of \(parameter.name)")
    }
  }

  /// For a deep network, checks only the norms of the gradients, to 2 %.
  private func checkGradientNorms(
    _ name: String, _ network: Network, _ golden: GoldenFile
  ) throws {
    let trained = network.parameters.filter(\.isTrainable)
    #expect(trained.count == golden.count(of: "\(name).grad_norm."))
    let norms = try trained.map { try golden.tensor("\(name).grad_norm.\($0.name)").values[0] }
    let tolerance = Tolerance(absolute: 1e-6 * norm(norms), relative: 2e-2)
    for (parameter, expected) in zip(trained, norms) {
      expectClose(
        [Float(norm(parameter.denseGradient()))], [expected], tolerance,
        "gradient norm of \(parameter.name)")
    }
  }

  private func checkStatistics(_ name: String, _ network: Network, _ golden: GoldenFile) throws {
    let statistics = network.parameters.filter { !$0.isTrainable }
    #expect(statistics.count == golden.count(of: "\(name).buffer_head."))
    for parameter in statistics {
      expectClose(
        Array(parameter.dense().prefix(16)),
        try golden.tensor("\(name).buffer_head.\(parameter.name)").values, .ofLargest(1e-3),
        parameter.name)
    }
  }

  @Test func sixTrainingSteps() throws {
    let golden = try GoldenFile("training")
    let run = NetworkRun(try NetworkCatalog.network(named: "resnet20", classes: 10), batch: 8)
    run.fill(suffix: golden.suffix)
    let images = goldenFill(
      "training.input", suffix: golden.suffix, shape: [8, 3, 32, 32], kind: .input)
    let settings = OptimizerSettings(
      kind: .sgd, learningRate: 0.1, momentum: 0.9, weightDecay: 2e-4)
    let optimizer = Optimizer(settings, for: run.network.parameters)
    let losses = try golden.tensor("losses").values
    for (index, expected) in losses.enumerated() {
      let loss = run.train(images, labels: goldenLabels(8)).loss
      // Rounding errors grow from step to step; both tolerances are the project's.
      expectClose(
        [Float(loss)], [expected], .ofLargest(index < 4 ? 1e-3 : 2e-2), "loss \(index + 1)")
      optimizer.step(rate: 0.1, on: run.pool)
    }
    for name in ["stem.conv.weight", "head.weight"] {
      let parameter = try #require(run.network.parameters.first { $0.name == name })
      expectClose(
        parameter.dense(), try golden.tensor(name).values, .ofLargest(5e-2), name,
        shape: parameter.shape)
    }
  }
}
