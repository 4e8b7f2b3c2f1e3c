import Kernels
import Testing

/// The matrices of Winograd's transforms compute the convolution.
@Suite struct PlainWinogradTests {
  private func numbers(_ count: Int, _ salt: Int) -> [[Double]] {
    (0..<count).map { row in (0..<count).map { Double((7 * row + 3 * $0 + salt) % 11) - 5 } }
  }

  @Test(arguments: [(2, 2), (4, 2), (4, 4)])
  func `a tile is the convolution of its inputs`(_ size: (rows: Int, columns: Int)) {
    func transform(_ size: Int) -> PlainWinograd { size == 2 ? .two : .four }
    let (weights, side) = (numbers(3, 5), size.rows + 2)
    let inputs = numbers(side, 1).map { Array($0.prefix(size.columns + 2)) }
    let tile = transform(size.rows).tile(
      inputs, weights: weights, columns: transform(size.columns))
    let expected = PlainConvolution.output(
      PlainTensor(shape: [1, 1, side, size.columns + 2], values: inputs.flatMap { $0 }),
      weight: PlainTensor(shape: [1, 1, 3, 3], values: weights.flatMap { $0 }), stride: 1,
      padding: 0)
    #expect(expected.shape == [1, 1, size.rows, size.columns])
    #expect(tile.count == size.rows && tile[0].count == size.columns)
    for (value, right) in zip(tile.flatMap { $0 }, expected.values) {
      #expect(abs(value - right) < 1e-10, "\(value), expected \(right)")
    }
  }
}
