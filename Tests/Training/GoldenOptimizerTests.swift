import Kernels
import Layers
import TestSupport
import Testing
import Training

/// Five steps of each optimiser, and rates over twelve epochs, compared with PyTorch.
@Suite struct GoldenOptimizerTests {
  static let optimizers: [(String, OptimizerSettings)] = [
    ("sgd", .init(kind: .sgd, learningRate: 0.1)),
    (
      "sgd_momentum_wd",
      .init(kind: .sgd, learningRate: 0.1, momentum: 0.9, weightDecay: 1e-2)
    ),
    (
      "sgd_nesterov_wd",
      .init(kind: .sgd, learningRate: 0.1, momentum: 0.9, nesterov: true, weightDecay: 1e-2)
    ),
    ("adam", .init(kind: .adam, learningRate: 1e-3)),
    ("adam_wd", .init(kind: .adam, learningRate: 1e-3, weightDecay: 1e-2)),
    ("adamw", .init(kind: .adamw, learningRate: 1e-3, weightDecay: 1e-2)),
  ]

  @Test(arguments: optimizers.indices)
  func steps(_ index: Int) throws {
    let (name, settings) = Self.optimizers[index]
    let golden = try GoldenFile("ops")
    // Any parameter with 4 × 5 elements.
    let layer = Convolution(
      name: "conv", inputChannels: 5, outputChannels: 4, kernelSize: 1, padding: 0)
    let parameter = layer.weight
    let pool = WorkerPool(threadCount: 2)
    parameter.load(dense: try golden.tensor("optimizer.\(name).p0").values)
    let optimizer = Optimizer(settings, for: [parameter])
    for step in 0..<5 {
      let gradient = try #require(parameter.gradient)
      parameter.pack(
        try golden.tensor("optimizer.\(name).grad\(step)").values, into: gradient)
      optimizer.step(rate: settings.learningRate, on: pool)
      expectClose(
        parameter.dense(), try golden.tensor("optimizer.\(name).p\(step + 1)").values,
        .ofLargest(1e-6), "\(name) after step \(step + 1)", shape: [4, 5])
    }
  }

  static let schedules: [(String, Schedule)] = [
    (
      "multistep_5_8_gamma0.1_stepped_at_epoch_start",
      Schedule(kind: .multistep, milestones: [5, 8], factor: 0.1)
    ),
    ("cosine_Tmax10_min1e-6", Schedule(kind: .cosine, period: 10, minimum: 1e-6)),
    ("exponential_0.9", Schedule(kind: .exponential, factor: 0.9)),
  ]

  @Test(arguments: schedules.indices)
  func rates(_ index: Int) throws {
    let (name, schedule) = Self.schedules[index]
    let expected = try GoldenFile("ops").tensor("schedule.\(name).rate").values
    // PyTorch's cosine rises again after T_max; recipes here never exceed the period.
    let count = schedule.kind == .cosine ? 11 : expected.count
    let rates = (1...count).map {
      Float(schedule.rate(base: 0.1, at: StepPlace(epoch: $0), epochs: 12))
    }
    expectClose(rates, Array(expected.prefix(count)), .ofLargest(1e-6), name)
  }
}
