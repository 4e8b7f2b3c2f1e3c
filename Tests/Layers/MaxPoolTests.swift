import Kernels
import Layers
import Tensors
import TestSupport
import Testing

/// The position that a window chooses in special cases.
@Suite struct MaxPoolTests {
  /// The gradient of the pixels for one window over a whole image.
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

  /// The last position has the largest value of a byte, besides the marker for none.
  @Test(arguments: [(255, true), (256, false)]) func aLargeWindowHasRoom(
    _ count: Int, _ rectifies: Bool
  ) {
    var values = [Float](repeating: 0, count: count)
    values[count - 1] = 1
    let height = count == 255 ? 15 : 16
    let expected = [Float](repeating: 0, count: count - 1) + [3]
    #expect(gradient(values, height: height, rectifies: rectifies) == expected)
  }

  /// A chapter evaluates a network in float32 between two of its epochs in bfloat16.
  @Test(arguments: [true, false]) func windowsOfBothPrecisionsStayReserved(_ isMaximum: Bool) {
    let pool = WorkerPool(threadCount: 1)
    let grid = PoolingGrid.windows(size: 2, stride: 2)
    let layer: any Layer = isMaximum ? MaxPool(grid) : AveragePool(grid)
    let shapes = [Precision.bfloat16, .float32].map {
      FeatureMapShape(count: 1, height: 4, width: 4, channels: 16, arithmetic: $0)
    }
    layer.reserve(for: [shapes[0]], mode: .training, on: pool)
    layer.reserve(for: [shapes[1]], mode: .evaluation, on: pool)
    for shape in shapes {
      let (x, y) = (OwnedFeatureMap(shape), OwnedFeatureMap(layer.outputShape(for: [shape])))
      x.load(DenseTensor(shape: [1, 16, 4, 4], values: [Float](repeating: 2, count: 256)))
      layer.forward([x.map], into: y.map, mode: .evaluation, on: pool)
      #expect(y.map.denseNCHW().allSatisfy { $0 == 2 }, "\(shape)")
    }
  }

  @Test func aWindowThatIsTooLargeStopsTheProgram() async {
    await #expect(processExitsWith: .failure) {
      _ = LayerRun(
        MaxPool(.adaptive(count: 1), rectifies: true),
        [DenseTensor(shape: [1, 1, 16, 16], values: [Float](repeating: 1, count: 256))])
    }
  }
}
