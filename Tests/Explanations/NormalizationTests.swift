import Explanations
import Foundation
import Layers
import Models
import TensorFiles
import TestSupport
import Testing

@Suite struct NormalizationExampleTests {
  @Test(arguments: ["resnet8", "resnet11v2", "pyramidnet", "adaptive-conv"])
  func theFormulaIsTheLayer(_ name: String) throws {
    let sizes =
      switch name {
      case "adaptive-conv": NetworkConfiguration(widths: [Int](repeating: 4, count: 11))
      case "pyramidnet": NetworkConfiguration(blocks: 1, alpha: 12)
      default: NetworkConfiguration(width: 4)
      }
    let example = try Example(name, sizes, side: 16)
    let before = example.state
    let norm = try #require(
      NormalizationExample(of: example.network, in: example.loader, on: example.pool))
    #expect(norm.largestDifference < 1e-4, "\(norm.layer)")
    // γ = 1 and β = 0 at the start.
    let moments = Moments(of: norm.after)
    #expect(abs(moments.mean) < 1e-5 && abs(moments.variance - 1) < 1e-2)
    #expect(Moments(of: norm.before).distance > 0.1)
    expectIdentical(example.state, before, "the network")

    let folder = try TemporaryFolder()
    try norm.write(to: folder.file("normalization.safetensors"))
    let file = try TensorFile(contentsOf: folder.file("normalization.safetensors"))
    let counts = try file.counts(of: "counts", shape: [2, 40])
    let edges = try file.scalars(of: "edges", as: Double.self, shape: [41])
    #expect(counts[..<40].reduce(0, +) == norm.before.count)
    #expect(counts[40...].reduce(0, +) == norm.after.count)
    #expect(edges == edges.sorted() && edges[0] <= Double(norm.before.min() ?? 0))
  }

  @Test(arguments: ["small-cnn", "linear"])
  func aNetworkWithoutNormsHasNone(_ name: String) throws {
    let example = try Example(name, side: 16, count: 2)
    #expect(
      NormalizationExample(of: example.network, in: example.loader, on: example.pool)?.layer == nil)
    #expect(
      StatisticsLag(of: example.network, in: example.loader, epoch: 1, on: example.pool) == nil)
  }

  @Test func momentsAreThoseOfTheTextbook() {
    let moments = Moments(of: [1, 2, 3, 6])
    #expect(moments.mean == 3 && moments.variance == 3.5)
  }
}

@Suite struct StatisticsLagTests {
  @Test func answersAreCounted() {
    let answers = StatisticsLag.Answers(
      logits: [[0, 1, 0], [0, 1, 2], [3, 1, 0], [0, 5, 2]], labels: [1, 2, 2, 0], classes: 3)
    #expect(answers == .init(top1: 50, favourite: 1, favouritePercent: 50))
  }

  /// Initial running statistics give other predictions than the batch's statistics; after many
  /// updates with the batch, they give the same.
  @Test func theLagGoesAsTheStatisticsSettle() throws {
    let example = try Example("resnet8", NetworkConfiguration(width: 4))
    let before = example.state
    let early = try #require(
      StatisticsLag(of: example.network, in: example.loader, epoch: 1, on: example.pool))
    expectIdentical(example.state, before, "the network")
    #expect(early.count == 24 && early.epoch == 1)
    #expect(early.running != early.batch)

    let plan = NetworkPlan(example.network, mode: .training, capacity: 24, on: example.pool)
    var labels = [UInt16](repeating: 0, count: 24)
    for _ in 0..<100 {
      labels.withUnsafeMutableBufferPointer {
        example.loader.load(
          Array(0..<24)[...], epoch: nil, into: plan.input(count: 24), labels: $0, on: example.pool)
      }
      plan.forward(count: 24)
    }
    let late = try #require(
      StatisticsLag(of: example.network, in: example.loader, epoch: 2, on: example.pool))
    #expect(late.running == late.batch)
  }
}

@Suite struct MomentumExampleTests {
  @Test func agreementAddsUpAndDisagreementCancels() {
    let example = MomentumExample(momentum: 0.9)
    #expect(abs(example.velocity(after: 3) { _ in 1 } - 2.71) < 1e-12)
    #expect(abs(example.velocity(after: 500) { _ in 1 } - 10) < 1e-9)
    #expect(abs(example.velocity(after: 2) { $0 == 0 ? 1 : -1 } + 0.1) < 1e-12)
    #expect(example.rows.count == 6 && example.rows[0][1] == "1.0000")
  }
}

@Suite struct StatisticsLagLogTests {
  @Test func aLookIsTakenOnceAnEpochAndKept() throws {
    let example = try Example("resnet8", NetworkConfiguration(width: 4))
    let folder = try TemporaryFolder()
    var log = StatisticsLagLog(folder: folder.url)
    for epoch in [10, 11, 11, 12, 16] {
      try log.look(
        at: example.network, in: example.loader, after: epoch, from: 11, on: example.pool)
    }
    // Epoch 10 belongs to an earlier training, and the sixth epoch is no longer among the first
    // five.
    #expect(log.rows.map(\.epoch) == [11, 12])
    #expect(StatisticsLagLog(folder: folder.url).rows == log.rows)
    #expect(log.tableRows(classNames: example.images.classNames).allSatisfy { $0.count == 5 })
  }

  @Test func linesThatAreNotWholeAreLeftOut() {
    let lag = StatisticsLag(
      epoch: 1, count: 8, running: .init(top1: 12.5, favourite: 3, favouritePercent: 100),
      batch: .init(top1: 75, favourite: 0, favouritePercent: 25))
    let header = StatisticsLagLog.rows(in: "")
    #expect(header.isEmpty)
    let text =
      "epoch,images,running_top1,running_answer,running_answer_percent,"
      + "batch_top1,batch_answer,batch_answer_percent\n1,8,12.5,3,100.0,75.0,0,25.0\n"
    #expect(StatisticsLagLog.rows(in: text) == [lag])
    for damaged in ["2,8,12.5", "2,8,nan,3,100.0,75.0,0,25.0\n", "2,8,12.5,-3,100.0,75.0,0,2\n"] {
      #expect(StatisticsLagLog.rows(in: text + damaged) == [lag])
    }
  }
}
