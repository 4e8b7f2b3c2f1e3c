import Comparison
import Foundation
import Testing

/// Means, intervals and paired differences, compared with printed tables and manual calculations.
@Suite struct SampleStatisticsTests {
  /// Student's t at 95 %, two-sided, from printed tables.
  @Test(arguments: [
    (1, 12.7062), (2, 4.3027), (3, 3.1824), (4, 2.7764), (5, 2.5706), (9, 2.2622), (10, 2.2281),
    (30, 2.0423), (100, 1.9840), (999, 1.9623),
  ])
  func quantilesAreThoseOfTheTable(degrees: Int, expected: Double) {
    #expect(abs(StudentT.quantile95(degrees: degrees) - expected) < 5e-5)
  }

  @Test func probabilitiesAreThoseOfKnownDistributions() {
    // One degree of freedom is Cauchy's: P(|T| < 1) = 1/2; with two: t/√(2 + t²).
    #expect(abs(StudentT.probability(within: 1, degrees: 1) - 0.5) < 1e-12)
    #expect(abs(StudentT.probability(within: 3, degrees: 2) - 3 / 11.0.squareRoot()) < 1e-12)
  }

  @Test func fiveValues() throws {
    let sample = try #require(SampleStatistics([90, 91, 92, 93, 94]))
    #expect(sample.count == 5 && sample.mean == 92 && sample.least == 90 && sample.most == 94)
    // √(10 / 4) and 2.7764 · √2.5 / √5
    #expect(abs(try #require(sample.standardDeviation) - 1.58113883) < 1e-8)
    #expect(abs(try #require(sample.halfWidth) - 1.963243) < 1e-5)
  }

  @Test func oneValueHasNoInterval() throws {
    let sample = try #require(SampleStatistics([3, .nan]))
    #expect(sample.count == 1 && sample.mean == 3)
    #expect(sample.standardDeviation == nil && sample.halfWidth == nil)
    #expect(SampleStatistics([.nan, .infinity]) == nil)
  }

  @Test func whatSeedsDoToBothCancels() throws {
    let first = [1: 90.0, 2: 95, 3: 80, 4: 70]
    let second = [1: 89.0, 2: 93.9, 3: 79.1, 5: 99]
    let difference = try #require(PairedDifference(first, second))
    #expect(difference.statistics.count == 3)
    #expect(abs(difference.statistics.mean - 1) < 1e-12)
    // 4.3027 · 0.1 / √3
    #expect(abs(difference.halfWidth - 0.24841) < 1e-4)
    #expect(difference.isSignificant)
    #expect(
      difference.sentence("0.1", "0.2") == "0.1 is better than 0.2 by 1.00 ± 0.25 points (n = 3)")
    let reverse = try #require(PairedDifference(second, first))
    #expect(
      reverse.sentence("0.2", "0.1") == "0.1 is better than 0.2 by 1.00 ± 0.25 points (n = 3)")
  }

  @Test func whatIsNotToldApartIsSaidPlainly() throws {
    let difference = try #require(PairedDifference([1: 90.0, 2: 92], [1: 91.0, 2: 90]))
    #expect(!difference.isSignificant)
    #expect(
      difference.sentence("a", "b")
        == "a and b do not differ significantly: a difference of 0.50 ± 19.06 points (n = 2)")
    #expect(PairedDifference([1: 1.0], [1: 2.0]) == nil, "one seed has no interval")
  }
}
