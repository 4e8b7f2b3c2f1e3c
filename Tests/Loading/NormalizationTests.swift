import Datasets
import Loading
import TestSupport
import Testing

/// The two normalisations, compared with their formulas in `Double`.
@Suite struct NormalizationTests {
  private let images = ImageSet.noise(count: 5)

  /// Expects each value to be `formula` of pixel / 255 and the channel.
  private func check(
    _ batch: LoadedBatch, _ indices: [Int], sourceLocation: SourceLocation = #_sourceLocation,
    formula: (_ image: [Double], _ value: Double, _ channel: Int) -> Double
  ) {
    var expected: [Float] = []
    for index in indices {
      let first = index * 3_072
      let image = images.images[first..<first + 3_072].map { Double($0) / 255 }
      for pixel in 0..<1_024 {
        for channel in 0..<3 {
          let value = image[channel * 1_024 + pixel]
          expected.append(Float(formula(image, value, channel)))
        }
      }
    }
    expectClose(
      batch.floats, expected, Tolerance(absolute: 2e-6, relative: 1e-6), "pixels",
      shape: [indices.count, 32, 32, 3], sourceLocation: sourceLocation)
  }

  @Test(
    arguments: [
      ([0.4914, 0.4822, 0.4465], [0.2023, 0.1994, 0.2010]), ([0.5, 0.5, 0.5], [0.5, 0.5, 0.5]),
      ([0, 0, 0], [1, 1, 1]),
    ] as [([Float], [Float])])
  func constants(_ mean: [Float], _ std: [Float]) {
    let loader = BatchLoader(images, normalization: .constants(mean: mean, std: std))
    check(LoadedBatch(loader, [0, 1, 2, 3, 4]), [0, 1, 2, 3, 4]) { _, value, channel in
      (value - Double(mean[channel])) / Double(std[channel])
    }
  }

  /// Computed here in two passes over the image; the loader uses exact sums.
  @Test func eachImageByItsOwnStatistics() {
    let loader = BatchLoader(images, normalization: .perImage)
    check(LoadedBatch(loader, [4, 1, 3]), [4, 1, 3]) { image, value, _ in
      let mean = image.reduce(0, +) / 3_072
      let variance = image.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 3_072
      return (value - mean) / (variance.squareRoot() + 1e-7)
    }
  }

  @Test func anImageOfOneColourBecomesZero() {
    let batch = LoadedBatch(BatchLoader(images, normalization: .perImage), [0])
    #expect(batch.floats.allSatisfy { $0 == 0 })
  }
}
