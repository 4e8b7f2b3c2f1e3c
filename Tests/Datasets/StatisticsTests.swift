import Datasets
import Foundation
import Testing

@Suite struct StatisticsTests {
  /// Mean and deviation by definition, in two passes over the pixels.
  private func naive(_ set: ImageSet, channel: Int) -> (mean: Double, std: Double) {
    var values: [Double] = []
    for image in 0..<set.count {
      let first = image * 3_072 + channel * 1_024
      values += set.images[first..<first + 1_024].map { Double($0) / 255 }
    }
    let mean = values.reduce(0, +) / Double(values.count)
    let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count)
    return (mean, variance.squareRoot())
  }

  @Test(arguments: [1, 3, 17]) func statisticsAreThoseOfTheDefinition(count: Int) {
    let set = imageSet(labels: (0..<count).map { UInt16($0 * 7 % 10) }) { image, offset in
      UInt8(truncatingIfNeeded: image &* 131 &+ offset &* offset &* (1 + offset / 1_024))
    }
    let statistics = ChannelStatistics(of: set)
    for channel in 0..<3 {
      let (mean, std) = naive(set, channel: channel)
      #expect(abs(statistics.mean[channel] - mean) < 1e-12)
      #expect(abs(statistics.std[channel] - std) < 1e-12)
    }
    #expect(statistics.classCounts.reduce(0, +) == Int64(count))
  }

  @Test func aChannelThatIsHalfBlackAndHalfWhiteHasMeanAndDeviationOneHalf() {
    let set = imageSet(labels: [0]) { _, offset in
      offset < 1_024 ? (offset % 2 == 0 ? 0 : 255) : offset < 2_048 ? 51 : 255
    }
    let statistics = ChannelStatistics(of: set)
    #expect(statistics.mean[0] == 0.5 && statistics.std[0] == 0.5)
    #expect(abs(statistics.mean[1] - 0.2) < 1e-15 && statistics.std[1] < 1e-15)
    #expect(statistics.mean[2] == 1 && statistics.std[2] == 0)
  }

  @Test func theHistogramCountsEachPixelInItsChannel() {
    let set = imageSet(labels: [3, 3, 9]) { image, offset in UInt8(image * 3 + offset / 1_024) }
    let histogram = ChannelHistogram(of: set)
    for channel in 0..<3 {
      for value in 0..<256 {
        let expected: Int64 = value % 3 == channel && value < 9 ? 1_024 : 0
        #expect(histogram.counts[channel * 256 + value] == expected)
      }
    }
    #expect(histogram.classCounts == [0, 0, 0, 2, 0, 0, 0, 0, 0, 1])
  }

  @Test func filesReadBackAsWritten() throws {
    try withTemporaryFolder { folder in
      let set = imageSet(labels: [1, 2, 2])
      let histogram = ChannelHistogram(of: set)
      try histogram.write(to: folder.appending(path: "h"))
      #expect(try ChannelHistogram(contentsOf: folder.appending(path: "h")) == histogram)
      let statistics = ChannelStatistics(of: histogram)
      try statistics.write(to: folder.appending(path: "s"))
      #expect(try ChannelStatistics(contentsOf: folder.appending(path: "s")) == statistics)
      #expect(throws: (any Error).self) {
        try ChannelStatistics(contentsOf: folder.appending(path: "h"))
      }
    }
  }
}
