import Kernels
import Layers
import TestSupport
import Testing

/// The dropped elements of an image depend only on seed, layer, epoch and its position in the
/// epoch.
@Suite struct DropoutTests {
  private func ones(_ count: Int) -> DenseTensor {
    DenseTensor(
      shape: [count, 19, 5, 3], values: [Float](repeating: 1, count: count * Self.imageSize))
  }

  private static let imageSize = 19 * 5 * 3

  private func mask(
    _ count: Int, name: String = "d", probability: Double = 0.3, seed: Int = 1, epoch: Int = 1,
    position: Int = 0
  ) -> [Float] {
    LayerRun(
      Dropout(name: name, probability: probability), [ones(count)],
      origin: BatchOrigin(seed: seed, epoch: epoch, position: position)
    ).output.values
  }

  @Test(arguments: [0.1, 0.5, 0.8])
  func theFractionAndTheMeanAreAsPromised(_ probability: Double) {
    let values = mask(100, probability: probability)
    let scale = Float(1 / (1 - probability))
    #expect(values.allSatisfy { $0 == 0 || $0 == scale })
    let count = Double(values.count)
    let dropped = Double(values.count { $0 == 0 }) / count
    let deviation = (probability * (1 - probability) / count).squareRoot()
    #expect(abs(dropped - probability) < 5 * deviation, "\(dropped)")
  }

  @Test func evaluationChangesNothing() {
    let layer = Dropout(name: "d", probability: 0.5)
    let x = goldenFill("x", suffix: "", shape: [3, 17, 2, 2], kind: .input)
    #expect(LayerRun(layer, [x], mode: .evaluation).output == x)
  }

  /// The dropped elements of images 4 to 8 of an epoch do not depend on the batches.
  @Test func batchesMayBeCutAnywhere() {
    let whole = mask(9)
    expectIdentical(mask(4) + mask(5, position: 4), whole, "4 and 5")
    expectIdentical(mask(1) + mask(8, position: 1), whole, "1 and 8")
  }

  @Test func nothingElseIsRepeated() {
    let first = mask(2)
    let masks = [
      Array(first[..<Self.imageSize]), Array(first[Self.imageSize...]), mask(1, name: "e"),
      mask(1, seed: 2), mask(1, epoch: 2), mask(1, position: 2),
    ]
    #expect(Set(masks).count == masks.count)
  }

  @Test func notANumberStays() {
    var x = ones(1)
    x.values = x.values.map { _ in Float.nan }
    let run = LayerRun(
      Dropout(name: "d", probability: 0.5), [x],
      origin: BatchOrigin(seed: 1, epoch: 1, position: 0))
    #expect(run.output.values.allSatisfy { $0.isNaN })
  }

  @Test func trainingWithoutAnOriginStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      let x = DenseTensor(shape: [1, 2], values: [1, 2])
      _ = LayerRun(Dropout(name: "d", probability: 0.5), [x])
    }
  }
}
