import Layers
import TestSupport
import Testing

/// Which place a window chooses where that is not plain.
@Suite struct MaxPoolTests {
  /// The gradient that one window over a whole image hands to its places.
  private func gradient(_ values: [Float], height: Int, rectifies: Bool) -> [Float] {
    let run = LayerRun(
      MaxPool(.adaptive(count: 1), rectifies: rectifies),
      [DenseTensor(shape: [1, 1, height, values.count / height], values: values)],
      outputGradient: DenseTensor(shape: [1, 1, 1, 1], values: [3]))
    return run.inputGradients[0]
  }

  /// As in PyTorch.
  @Test func theFirstOfNothingButMinusInfinityIsChosen() {
    let values = [Float](repeating: -.infinity, count: 4)
    #expect(gradient(values, height: 2, rectifies: false) == [3, 0, 0, 0])
  }

  @Test(arguments: [[-1, -2, -3, -4], [0, 0, 0, 0], [-.infinity, -1, 0, -5]] as [[Float]])
  func withReLUNobodyIsChosenWhereNobodyIsPositive(_ values: [Float]) {
    #expect(gradient(values, height: 2, rectifies: true) == [0, 0, 0, 0])
  }

  @Test(arguments: [false, true]) func theFirstOfEqualsIsChosen(_ rectifies: Bool) {
    #expect(gradient([-1, 2, 2, 1], height: 2, rectifies: rectifies) == [0, 3, 0, 0])
  }

  /// The last place has the largest number that a byte holds beside none.
  @Test(arguments: [(255, true), (256, false)]) func aLargeWindowHasRoom(
    _ count: Int, _ rectifies: Bool
  ) {
    var values = [Float](repeating: 0, count: count)
    values[count - 1] = 1
    let height = count == 255 ? 15 : 16
    let expected = [Float](repeating: 0, count: count - 1) + [3]
    #expect(gradient(values, height: height, rectifies: rectifies) == expected)
  }

  @Test func aWindowThatIsTooLargeStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = LayerRun(
        MaxPool(.adaptive(count: 1), rectifies: true),
        [DenseTensor(shape: [1, 1, 16, 16], values: [Float](repeating: 1, count: 256))])
    }
  }
}
