import Figures
import Gnuplot
import Records
import Testing

@Suite struct ExampleFiguresTests {
  private func pixels(_ figure: Figure) -> [[Int]] {
    guard case .image(let rows) = figure.data else {
      Issue.record("\(figure.name) is no image")
      return []
    }
    return rows
  }

  private func featureMap(
    window: [Int] = [0, 1, 3, 3], place: [Int] = [1, 2, 4], filterShape: [Int] = [2, 3, 1, 1]
  ) throws -> Figure {
    try ExampleFigures.featureMap(
      image: (0..<48).map { UInt8($0) }, side: 4, filters: [1, 0, -1, 0, 0, 0],
      filterShape: filterShape, maps: (0..<32).map { Float($0 < 16 ? $0 : 31 - $0) },
      mapShape: [2, 4, 4], window: window, place: place, subject: "Filter 0", file: "f")
  }

  /// Tiles of 112 pixels, two rows of three, with 6 white columns at each side and 2 white rows.
  @Test func imageFilterAndMapStandSideBySide() throws {
    let figure = try featureMap()
    let rows = pixels(figure)
    #expect(rows.count == 2 * 116 && rows.allSatisfy { $0.count == 3 * 124 })
    // The image's lower left pixel: planes 12, 28 and 44.
    #expect(rows[110][10] == 12 << 16 | 28 << 8 | 44)
    // The filter's red weight is 1, its green 0 and its blue −1; after training all are 0.
    #expect(rows[50][180] == 0xFF_8000 && rows[170][180] == 0x80_8080)
    // The map's upper left value is 0 before training and the largest after it.
    #expect(rows[4][256] == 0x80_8080 && rows[120][256] == 0xFF_FFFF)
    // The window begins at column 1 of 4: the frame runs one pixel before it.
    #expect(rows[50][6 + 27] == 0xE6_9F00)
  }

  @Test func aWindowBeyondTheEdgeIsCutOff() throws {
    #expect(pixels(try featureMap(window: [-1, -1, 3, 3])).count == 232)
    #expect(pixels(try featureMap(window: [3, 3, 3, 3])).count == 232)
  }

  @Test(arguments: [
    ([0, 0, 0, 3], [1, 2, 4], [2, 3, 1, 1]), ([0, 0, 3, 3], [4, 2, 4], [2, 3, 1, 1]),
    ([0, 0, 3, 3], [1, 2, 0], [2, 3, 1, 1]), ([0, 0, 3, 3], [1, 2, 4], [2, 1, 3, 1]),
    ([9_999, 0, 3, 3], [1, 2, 4], [2, 3, 1, 1]),
  ])
  func whatIsNoFeatureMapIsRefused(_ window: [Int], _ place: [Int], _ filterShape: [Int]) {
    #expect(throws: LogError.self) {
      try featureMap(window: window, place: place, filterShape: filterShape)
    }
  }

  @Test func histogramsAreFractions() throws {
    let figure = try ExampleFigures.normalization(
      edges: [0, 1, 2], before: [1, 3], after: [0, 0], subject: "channel 0", file: "n")
    #expect(
      figure.dataText == "middle,before_percent,after_percent\n0.5,25.0,0.0\n1.5,75.0,0.0\n")
    #expect(throws: LogError.self) {
      try ExampleFigures.normalization(
        edges: [0, 1, 1], before: [1, 3], after: [0, 0], subject: "", file: "n")
    }
  }

  @Test func noBinsAreNoHistogram() {
    #expect(throws: LogError.self) {
      try ExampleFigures.normalization(
        edges: [0], before: [], after: [], subject: "", file: "n")
    }
  }

  @Test func aPlanOfRatesIsDrawn() throws {
    let plan = try RatePlan(
      parsing: "epoch,learning_rate\n0.0,0.1\n0.5,0.05\n", file: "schedule.csv")
    #expect(plan.epochs == [0, 0.5] && plan.rates == [0.1, 0.05])
    #expect(plan.figure?.dataText == "epoch,learning_rate\n0.0,0.1\n0.5,0.05\n")
    #expect(try RatePlan(parsing: "epoch,learning_rate\n", file: "s").figure == nil)
  }
}
