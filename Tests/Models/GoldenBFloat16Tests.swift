import Models
import NetworkRuns
import Tensors
import TestSupport
import Testing
import Training

/// Whole networks in bfloat16: logits and losses compared with PyTorch's in double precision,
/// gradients with this project's in float32.
///
/// With weights of random sign, gradients are small differences of large values, which eight bits
/// represent poorly. So the bounds are those of PyTorch's autocast to bfloat16: the cosines of its
/// gradients with those in double precision are 0.998, 0.945, 0.847, 0.932, 0.962 and 0.981 in the
/// order below, and its logits are off by up to 2.1 % of the largest (2.15, one machine).
@Suite struct GoldenBFloat16Tests {
  struct Case: Sendable, CustomTestStringConvertible {
    let name: String
    /// The smallest allowed cosine between the whole gradient and that in float32.
    let cosine: Double
    var testDescription: String { name }
  }

  @Test(arguments: [
    Case(name: "small-cnn", cosine: 0.99), Case(name: "resnet20", cosine: 0.94),
    Case(name: "resnet29v2", cosine: 0.84), Case(name: "pyramidnet", cosine: 0.92),
    Case(name: "adaptive-conv", cosine: 0.95),
    Case(name: "alexnet", cosine: 0.97),
  ])
  func passes(_ test: Case) throws {
    let golden = try GoldenFile("models")
    let single = try pass(test, .float32, golden)
    let half = try pass(test, .bfloat16, golden)
    expectClose(
      half.logits, try golden.tensor("\(test.name).train.logits").values, .ofLargest(3e-2),
      "logits")
    expectClose(
      [Float(half.loss)], try golden.tensor("\(test.name).train.loss").values, .ofLargest(5e-3),
      "loss")
    expectClose(
      half.evaluated, try golden.tensor("\(test.name).eval.logits").values, .ofLargest(1e-2),
      "logits in evaluation")
    let cosine = cosine(half.gradient, single.gradient)
    #expect(cosine >= test.cosine)
    // Checks that the arithmetic is not float32.
    #expect(cosine < 0.99999 && half.loss != single.loss)
  }

  /// One training pass with the golden weights and images, then one evaluation pass.
  private func pass(
    _ test: Case, _ precision: Precision, _ golden: GoldenFile
  ) throws -> (logits: [Float], loss: Double, gradient: [Float], evaluated: [Float]) {
    let network = try GoldenNetwork.network(named: test.name)
    let side = network.input.height
    let batch = side > 100 ? 2 : 4
    let images = goldenFill(
      "\(test.name).input", suffix: golden.suffix, shape: [batch, 3, side, side], kind: .input)
    let run = NetworkRun(network, precision: precision, batch: batch)
    run.fill(suffix: golden.suffix)
    let (logits, loss) = run.train(images, labels: goldenLabels(batch))
    let gradient = network.parameters.filter(\.isTrainable).flatMap { $0.denseGradient() }
    return (logits.values, loss, gradient, run.evaluate(images))
  }

  private func cosine(_ a: [Float], _ b: [Float]) -> Double {
    let product = zip(a, b).reduce(0.0) { $0 + Double($1.0) * Double($1.1) }
    return product / (norm(a) * norm(b))
  }

  /// The steps of the float32 test. They amplify rounding errors: with eight bits, to a tenth in
  /// the fourth step.
  @Test func sixTrainingSteps() throws {
    let golden = try GoldenFile("training")
    let run = NetworkRun(
      try NetworkCatalog.network(named: "resnet20", classes: 10), precision: .bfloat16, batch: 8)
    run.fill(suffix: golden.suffix)
    let images = goldenFill(
      "training.input", suffix: golden.suffix, shape: [8, 3, 32, 32], kind: .input)
    let settings = OptimizerSettings(
      kind: .sgd, learningRate: 0.1, momentum: 0.9, weightDecay: 2e-4)
    let optimizer = Optimizer(settings, for: run.network.parameters)
    for (index, expected) in try golden.tensor("losses").values.enumerated() {
      let loss = run.train(images, labels: goldenLabels(8)).loss
      expectClose(
        [Float(loss)], [expected], .ofLargest(index < 3 ? 6e-2 : 0.2), "loss \(index + 1)")
      optimizer.step(rate: 0.1, on: run.pool)
    }
  }
}
