import Layers
import TestSupport
import Testing

@Suite struct ClassWeightTests {
  private let logits = DenseTensor(
    shape: [3, 4], values: [0.5, -1, 2, 0, 1, 1.5, -0.5, 0.25, -2, 0, 0.75, 3])
  private let labels: [UInt16] = [2, 0, 3]

  private func evaluate(_ loss: CrossEntropy) -> LossRun {
    LossRun(loss, logits: logits, labels: labels)
  }

  /// The loss and the gradient of an image are multiplied by the weight of its class; images of a
  /// class with weight 0 have no effect.
  @Test(arguments: [(0.0, 0.0), (0.1, 0.0), (0.2, 0.5)])
  func imagesCountByTheirClass(smoothing: Double, divergence: Double) {
    let weights = [0.5, 7, 2, 0]
    let plain = evaluate(CrossEntropy(labelSmoothing: smoothing, divergenceWeight: divergence))
    let weighted = evaluate(
      CrossEntropy(
        labelSmoothing: smoothing, divergenceWeight: divergence, classWeights: weights))
    for (image, label) in labels.enumerated() {
      let weight = weights[Int(label)]
      #expect(abs(weighted.losses[image] - weight * plain.losses[image]) < 1e-12)
      for place in 4 * image..<4 * image + 4 {
        let expected = Double(plain.gradient[place]) * weight
        #expect(abs(Double(weighted.gradient[place]) - expected) <= 1e-6 * abs(expected))
      }
    }
    #expect(weighted.losses[2] == 0)
  }

  @Test func weightsOfOneChangeNoBit() {
    let plain = evaluate(CrossEntropy(labelSmoothing: 0.1))
    let ones = evaluate(CrossEntropy(labelSmoothing: 0.1, classWeights: [1, 1, 1, 1]))
    #expect(plain.losses == ones.losses && plain.gradient == ones.gradient)
  }
}
