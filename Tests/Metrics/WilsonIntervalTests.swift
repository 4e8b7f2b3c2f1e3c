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

  /// In exact arithmetic the end is 0, or 100; rounding put it below 0 for ten images.
  @Test(arguments: [1, 7, 10, 20, 10_000]) func endsStayWithin0And100(count: Int) {
    let (none, all) = (
      WilsonInterval(percent: 0, count: count), WilsonInterval(percent: 100, count: count)
    )
    #expect(none.low.sign == .plus && none.low < 1e-12, "\(none.low)")
    #expect(all.high <= 100 && all.high > 100 - 1e-12, "\(all.high)")
  }

  /// √(0.92 · 0.08 / 10,000) = 0.271 %.
  @Test func theStandardErrorIsTheBinomials() {
    #expect(abs(WilsonInterval.standardError(percent: 92, count: 10_000) - 0.27129) < 1e-5)
  }
}
