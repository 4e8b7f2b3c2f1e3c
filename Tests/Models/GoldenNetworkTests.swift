import Models
import TestSupport
import Testing
import Training

/// Whole networks against PyTorch: logits, loss, every gradient, running statistics, six steps.
@Suite struct GoldenNetworkTests {
  @Test(arguments: [("small-cnn", 2_122_186), ("resnet20", 272_474)])
  func passes(_ name: String, _ parameterCount: Int) throws {
    let golden = try GoldenFile("models")
    let network = try NetworkCatalog.network(named: name, classes: 10)
    #expect(network.parameterCount == parameterCount)
    let run = NetworkRun(network, batch: 4)
    run.fill(suffix: golden.suffix)
    let images = goldenFill(
      "\(name).input", suffix: golden.suffix, shape: [4, 3, 32, 32], kind: .input)
    let (logits, loss) = run.train(images, labels: goldenLabels(4))
    expectClose(
      logits.values, try golden.tensor("\(name).train.logits").values, .ofLargest(1e-4), "logits")
    expectClose(
      [Float(loss)], try golden.tensor("\(name).train.loss").values, .ofLargest(1e-4), "loss")
    try checkGradients(name, network, golden)
    try checkStatistics(name, network, golden)
    expectClose(
      run.evaluate(images), try golden.tensor("\(name).eval.logits").values, .ofLargest(1e-4),
      "logits in evaluation")
  }

  private func checkGradients(_ name: String, _ network: Network, _ golden: GoldenFile) throws {
    let trained = network.parameters.filter(\.isTrainable)
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

  private func checkStatistics(_ name: String, _ network: Network, _ golden: GoldenFile) throws {
    for parameter in network.parameters where !parameter.isTrainable {
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
      // Rounding grows from step to step; both figures are the house's.
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
