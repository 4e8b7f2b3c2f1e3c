import ArgumentParser
import Foundation
import Kernels
import Models
import NetworkRuns
import Processors
import TensorFiles
import TestSupport
import Training

/// Trains a golden network for a few steps, for `compare_precision.py`: the same as `steps` of
/// `Tests/Golden/generate/training.py` in PyTorch, with the same weights and images.
struct GoldenPasses: ParsableCommand {
  @Argument(help: "The network's name among the golden networks.")
  var network: String

  @Argument(help: "The file to write.")
  var file: String

  @Option(help: "The seed of the weights and images; without it, those of Tests/Golden.")
  var seed: Int?

  @Option(help: "Images in the batch.")
  var batch = 4

  @Option(help: "The learning rate.")
  var rate = 0.1

  @Option(help: "Steps.")
  var steps = 6

  @Option(help: "Threads.")
  var threads = 1

  func validate() throws {
    guard batch > 0, steps > 0, threads > 0 else {
      throw ValidationError("--batch, --steps and --threads must be at least 1")
    }
  }

  /// Writes `logits` [N, 10] and `gradient.P` of each parameter P, both of the first step, and
  /// `losses` [steps].
  func run() throws {
    try KernelTarget.prepare(threadCount: threads)
    let run = NetworkRun(
      try GoldenNetwork.network(named: network), batch: batch, threads: threads)
    let suffix = seed.map { "#\($0)" } ?? ""
    run.fill(suffix: suffix)
    let side = run.network.input.height
    let images = goldenFill(
      "\(network).input", suffix: suffix, shape: [batch, 3, side, side], kind: .input)
    let settings = OptimizerSettings(
      kind: .sgd, learningRate: rate, momentum: 0.9, weightDecay: 2e-4)
    let optimizer = Optimizer(settings, for: run.network.parameters)
    var writer = TensorFileWriter(schema: "golden-passes")
    var losses: [Double] = []
    for step in 0..<steps {
      let (logits, loss) = run.train(images, labels: goldenLabels(batch))
      losses.append(loss)
      if step == 0 {
        writer.add("logits", shape: logits.shape, logits.values)
        for parameter in run.network.parameters where parameter.isTrainable {
          writer.add(
            "gradient.\(parameter.name)", shape: parameter.shape, parameter.denseGradient())
        }
      }
      optimizer.step(rate: settings.learningRate, on: run.pool)
    }
    writer.add("losses", shape: [steps], losses)
    try writer.write(to: URL(fileURLWithPath: file))
  }
}

GoldenPasses.main()
