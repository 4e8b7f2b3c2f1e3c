import Benchmarks
import Testing

@Suite struct SampleStatisticsTests {
  @Test func `quartiles are those of NumPy`() {
    // np.percentile([3, 1, 4, 1, 5, 9, 2, 6], [0, 25, 50, 75]) == [1, 1.75, 3.5, 5.25]
    let statistics = SampleStatistics([3, 1, 4, 1, 5, 9, 2, 6])
    #expect(statistics.count == 8 && statistics.minimum == 1)
    #expect(statistics.lowerQuartile == 1.75)
    #expect(statistics.median == 3.5)
    #expect(statistics.upperQuartile == 5.25)
    #expect(statistics.spread == 1)
  }

  @Test func `one value is all of them`() {
    let statistics = SampleStatistics([0.25])
    #expect(statistics.minimum == 0.25 && statistics.median == 0.25)
    #expect(statistics.upperQuartile == 0.25 && statistics.spread == 0)
  }

  @Test func `an odd count has a middle`() {
    let statistics = SampleStatistics([5, 1, 2])
    #expect(statistics.median == 2)
    #expect(statistics.lowerQuartile == 1.5 && statistics.upperQuartile == 3.5)
  }
}
