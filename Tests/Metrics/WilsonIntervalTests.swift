import Metrics
import Testing

@Suite struct WilsonIntervalTests {
  /// Newcombe, 1998, "Two-sided confidence intervals for the single proportion", table I, method 3.
  @Test(arguments: [
    (81, 263, 0.2553, 0.3662), (15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611),
    (1, 29, 0.0061, 0.1718),
  ])
  func isThatOfTheTable(_ found: Int, _ count: Int, _ low: Double, _ high: Double) {
    let interval = WilsonInterval(percent: 100 * Double(found) / Double(count), count: count)
    #expect(abs(interval.low - 100 * low) < 0.006 && abs(interval.high - 100 * high) < 0.006)
  }

  /// √(0.92 · 0.08 / 10,000) = 0.271 %.
  @Test func theStandardErrorIsTheBinomials() {
    #expect(abs(WilsonInterval.standardError(percent: 92, count: 10_000) - 0.27129) < 1e-5)
  }
}
