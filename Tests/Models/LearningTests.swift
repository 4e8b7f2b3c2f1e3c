import Models
import NetworkRuns
import Tensors
import TestSupport
import Testing
import Training

/// The whole training: a network must be able to learn eight images by heart.
@Suite struct LearningTests {
  @Test(
    arguments: [
      ("resnet8", .init(width: 4), 0.1, 60), ("small-cnn", .init(), 0.05, 60),
      ("linear", .init(), 0.002, 60), ("resnet11v2", .init(width: 4), 0.1, 60),
      ("pyramidnet", .init(blocks: 1, alpha: 12), 0.1, 60),
      ("adaptive-conv", .init(widths: [16, 16, 16, 32], kernels: 3), 0.1, 60),
      ("airbench", ["widths": [8, 16], "logit-scale": 0.1], 0.05, 60),
    ] as [(String, NetworkConfiguration, Double, Int)], Precision.allCases)
  func learnsEightImagesByHeart(
    _ test: (name: String, sizes: NetworkConfiguration, rate: Double, steps: Int),
    _ precision: Precision
  ) throws {
    let (name, sizes, rate, steps) = test
    let network = try NetworkCatalog.network(named: name, configuration: sizes, classes: 10)
    network.initialize(seed: 1)
    let run = NetworkRun(network, precision: precision, batch: 8)
    let optimizer = Optimizer(
      OptimizerSettings(kind: .sgd, learningRate: rate, momentum: 0.9), for: network.parameters)
    let images = goldenFill("eight images", suffix: "", shape: [8, 3, 32, 32], kind: .input)
    let labels = goldenLabels(8)
    var losses: [Double] = []
    for _ in 0..<steps {
      losses.append(run.train(images, labels: labels).loss)
      optimizer.step(rate: rate, on: run.pool)
    }
    // The loss of guessing among ten classes is −log 0.1 = 2.3.
    #expect(losses[0] > 1.5 && losses[0] < 4, "\(losses[0])")
    let last = try #require(losses.last)
    #expect(last < 0.05, "after \(steps) steps \(last)")
  }
}
