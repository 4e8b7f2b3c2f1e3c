import Kernels
import Layers
import Models
import Tensors
import TestSupport
import Testing

/// A plan passes the batch's origin to random layers.
@Suite struct RandomLayerTests {
  private let pool = WorkerPool(threadCount: 2)

  /// A linear classifier that drops half of its 40 inputs.
  private func network() -> Network {
    let input = FeatureMapShape(count: 1, height: 1, width: 1, channels: 40)
    let network = Network(
      name: "drops", input: input, classes: 7,
      nodes: [
        .init(name: "dropout", layer: Dropout(name: "dropout", probability: 0.5), inputs: [0]),
        .init(name: "fc", layer: Linear(name: "fc", input: input, outputs: 7), inputs: [1]),
      ])
    network.initialize(seed: 1)
    return network
  }

  private func images(_ range: Range<Int>) -> [Float] {
    range.flatMap {
      goldenFill("image", suffix: "\($0)", shape: [1, 40], kind: .input).values
    }
  }

  private func logits(
    _ plan: NetworkPlan, _ range: Range<Int>, epoch: Int = 1, seed: Int = 1
  ) -> [Float] {
    plan.input(count: range.count).load(denseNCHW: images(range))
    plan.forward(
      count: range.count,
      origin: BatchOrigin(seed: seed, epoch: epoch, position: range.lowerBound))
    return plan.logits.denseNCHW()
  }

  /// If an interrupted epoch continues with other batches, the same elements are dropped.
  @Test func batchesMayBeCutAnywhere() {
    let plan = NetworkPlan(network(), mode: .training, capacity: 6, on: pool)
    let whole = logits(plan, 0..<6)
    expectIdentical(logits(plan, 0..<2) + logits(plan, 2..<6), whole, "logits of two batches")
    #expect(logits(plan, 0..<6, epoch: 2) != whole)
    #expect(logits(plan, 0..<6, seed: 2) != whole)
  }

  @Test func evaluationDrawsNothing() {
    let network = network()
    let plan = NetworkPlan(network, mode: .evaluation, capacity: 6, on: pool)
    plan.input(count: 6).load(denseNCHW: images(0..<6))
    plan.forward(count: 6)
    let first = plan.logits.denseNCHW()
    #expect(logits(plan, 0..<6, epoch: 9) == first)
    #expect(logits(NetworkPlan(network, mode: .training, capacity: 6, on: pool), 0..<6) != first)
  }

  @Test func trainingWithoutAnOriginStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let input = FeatureMapShape(count: 1, height: 1, width: 1, channels: 2)
      let network = Network(
        name: "drops", input: input, classes: 2,
        nodes: [.init(name: "d", layer: Dropout(name: "d", probability: 0.5), inputs: [0])])
      NetworkPlan(network, mode: .training, capacity: 1, on: WorkerPool(threadCount: 1))
        .forward(count: 1)
    }
  }
}
