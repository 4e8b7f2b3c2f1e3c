import Datasets
import Explanations
import Foundation
import Models
import TensorFiles
import TestSupport
import Testing

@Suite struct ConvolutionExampleTests {
  @Test(arguments: [
    ("resnet8", NetworkConfiguration(width: 4), 32, 27),
    ("small-cnn", NetworkConfiguration(), 17, 27),
    ("alexnet", NetworkConfiguration(), 32, 363),
    ("adaptive-conv", NetworkConfiguration(widths: [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]), 16, 27),
  ])
  func theProductsAddUpToTheLayersOutput(
    _ name: String, _ sizes: NetworkConfiguration, _ side: Int, _ count: Int
  ) throws {
    let example = try Example(name, sizes, side: side, count: 3)
    let before = example.state
    let sum = try #require(
      ConvolutionExample(
        of: example.network, image: 1, in: example.loader, on: example.pool))
    #expect(sum.terms.count == count)
    #expect(
      abs(sum.sum - Double(sum.output)) < 1e-4 * max(1, abs(sum.sum)),
      "\(sum.subject ?? ""): \(sum.result ?? "")")
    #expect(sum.map[sum.row * sum.mapWidth + sum.column] == sum.output)
    #expect(abs(sum.output) > 0)
    expectIdentical(example.state, before, "the network")
  }

  @Test func pixelsAreThoseOfTheImage() throws {
    let example = try Example("resnet8", NetworkConfiguration(width: 4), count: 3)
    let sum = try #require(
      ConvolutionExample(
        of: example.network, image: 2, in: example.loader, on: example.pool))
    for term in sum.terms {
      let byte = example.images.images[
        2 * 3_072 + term.channel * 1_024 + term.row * 32 + term.column]
      let (mean, deviation) = ([0.5, 0.4, 0.5][term.channel], [0.25, 0.2, 0.25][term.channel])
      #expect(abs((Double(byte) / 255 - mean) / deviation - Double(term.pixel)) < 1e-5)
    }
    #expect(sum.header.count == 6 && sum.rows.count == 28)
    #expect(sum.rows.allSatisfy { $0.count == 6 })
    #expect(sum.rows[27][0] == "sum" && sum.rows[27][5] == String(format: "%.4f", sum.sum))
  }

  @Test func aLargeWindowIsSummedRowByRow() throws {
    let example = try Example("alexnet", count: 1)
    let sum = try #require(
      ConvolutionExample(
        of: example.network, image: 0, in: example.loader, on: example.pool))
    // 3 channels of 11 rows, the bias and the sum.
    #expect(sum.rows.count == 35 && sum.header.count == 4)
    let parts = sum.rows.dropLast().compactMap { Double($0[3]) }.reduce(0, +)
    #expect(abs(parts - sum.sum) < 34 * 0.00005)
  }

  @Test func theSamePlaceIsFoundAgain() throws {
    let example = try Example("resnet8", NetworkConfiguration(width: 4), count: 2)
    let first = try #require(
      ConvolutionExample(of: example.network, image: 0, in: example.loader, on: example.pool))
    example.network.initialize(seed: 9)
    let learnt = try #require(
      ConvolutionExample(
        of: example.network, image: 0, in: example.loader, at: first, on: example.pool))
    #expect((learnt.filter, learnt.row, learnt.column) == (first.filter, first.row, first.column))
    #expect(learnt.weights != first.weights)
    #expect(learnt.terms.map(\.pixel) == first.terms.map(\.pixel))

    let folder = try TemporaryFolder()
    let url = folder.file("feature-map.safetensors")
    try FeatureMapFile(first, learnt, image: 0, of: example.images, side: 32).write(to: url)
    let file = try TensorFile(contentsOf: url)
    try file.requireSchema("feature-map", version: 1, producedBy: "train")
    #expect(
      try file.scalars(of: "filters", as: Float.self, shape: [2, 3, 3, 3])
        == first.weights + learnt.weights)
    #expect(
      try file.scalars(of: "window", as: Int64.self, shape: [4])
        == [Int64(first.row - 1), Int64(first.column - 1), 3, 3])
    #expect(
      try file.scalars(of: "image", as: UInt8.self, shape: [3, 32, 32])
        == Array(example.images.images[..<3_072]))
  }

  @Test func aLinearClassifierHasNone() throws {
    let example = try Example("linear", side: 16, count: 1)
    #expect(
      ConvolutionExample(of: example.network, image: 0, in: example.loader, on: example.pool)
        == nil)
  }
}

extension ConvolutionExample? {
  fileprivate static func == (example: Self, _: _OptionalNilComparisonType) -> Bool {
    if case .none = example { return true }
    return false
  }
}
