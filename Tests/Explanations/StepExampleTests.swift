import Explanations
import Foundation
import Layers
import Models
import TestSupport
import Testing

@Suite struct StepExampleTests {
  @Test(arguments: [
    ("resnet8", NetworkConfiguration(width: 4), 32), ("small-cnn", NetworkConfiguration(), 17),
    ("linear", NetworkConfiguration(), 16),
  ])
  func theGradientIsTheSlope(_ name: String, _ sizes: NetworkConfiguration, _ side: Int) throws {
    let example = try Example(name, sizes, side: side)
    let before = example.state
    let step = StepExample(
      of: example.network, in: example.loader, loss: CrossEntropy(labelSmoothing: 0.1), count: 8,
      seed: 3, on: example.pool)
    #expect(abs(step.gradient) > 1e-3)
    #expect(
      abs(step.slope - Double(step.gradient)) < 0.03 * Double(abs(step.gradient)),
      "\(name): \(step.rows)")
    #expect(step.lossBelow != step.lossAbove)
    #expect(step.label == 0 && step.count == 8 && step.logits.count == 7)
    expectIdentical(example.state, before, "the network")
  }

  @Test func theLossByHandIsTheLayers() throws {
    let example = try Example("resnet8", NetworkConfiguration(width: 4))
    let step = StepExample(
      of: example.network, in: example.loader, loss: CrossEntropy(labelSmoothing: 0.1), count: 8,
      seed: 3, on: example.pool)
    let loss = LossExample(
      logits: step.logits, label: step.label, labelSmoothing: 0.1,
      classNames: example.images.classNames)
    #expect(abs(loss.loss - step.firstLoss) < 1e-6)
  }

  @Test func aLookRepeats() throws {
    func rows() throws -> [[String]] {
      let example = try Example("alexnet", count: 8)
      return StepExample(
        of: example.network, in: example.loader, loss: CrossEntropy(), count: 8, seed: 3,
        on: example.pool
      ).rows
    }
    #expect(try rows() == rows())
  }
}

@Suite struct LossExampleTests {
  private let three = LossExample(
    logits: [1, 2, 3], label: 0, labelSmoothing: 0, classNames: ["a", "b", "c"])

  /// The exponentials of 1, 2 and 3 over their sum 30.192875; the loss is −log 0.0900306.
  @Test func aSoftmaxIsThatOfTheTextbook() {
    for (found, expected) in zip(three.probabilities, [0.0900306, 0.2447285, 0.6652410]) {
      #expect(abs(found - expected) < 1e-7)
    }
    #expect(abs(three.loss - 2.4076059) < 1e-7)
    #expect(
      three.rows[0] == ["a (true)", "1.0000", "2.7183", "0.0900", "1.0000", "2.4076", "-0.9100"])
    #expect(three.rows[3] == ["sum", "", "30.1929", "1", "1", "2.4076", "0"])
  }

  /// With s = 0.3: q = 0.8, 0.1, 0.1 and −Σ q log p = 0.8·2.4076059 + 0.1·1.4076059 +
  /// 0.1·0.4076059.
  @Test func smoothingSpreadsTheTarget() {
    let smoothed = LossExample(
      logits: [1, 2, 3], label: 0, labelSmoothing: 0.3, classNames: ["a", "b", "c"])
    for (found, expected) in zip(smoothed.targets, [0.8, 0.1, 0.1]) {
      #expect(abs(found - expected) < 1e-12)
    }
    #expect(abs(smoothed.loss - 2.1076059) < 1e-7)
  }

  @Test func oneOfAThousandClassesIsShownAmongTheLikeliest() {
    let many = LossExample(
      logits: (0..<1_000).map { Float($0 % 100) / 10 }, label: 5, labelSmoothing: 0.1,
      classNames: (0..<1_000).map { "c\($0)" })
    #expect(many.rows.count == 12)
    #expect(many.rows[0][0] == "c5 (true)" && many.rows[1][0] == "c99")
    #expect(many.rows[10][0] == "… 990 more")
  }

  @Test func largeLogitsStayFinite() {
    let large = LossExample(
      logits: [1_000, -1_000], label: 1, labelSmoothing: 0, classNames: ["a", "b"])
    #expect(large.loss == 2_000)
    #expect(large.probabilities == [1, 0])
  }
}
