import TensorFiles
import Testing

@Suite struct NumberTextTests {
  @Test(arguments: [
    (0, "0 epochs"), (1, "1 epoch"), (2, "2 epochs"), (1000, "1000 epochs"), (-1, "-1 epochs"),
  ])
  func countsHaveTheirNoun(count: Int, text: String) {
    #expect(NumberText.count(count, "epoch") == text)
  }

  @Test func pluralsAndGroups() {
    #expect(NumberText.count(1, "run is", "runs are") == "1 run is")
    #expect(NumberText.count(3, "run is", "runs are") == "3 runs are")
    #expect(NumberText.count(UInt64.max, "byte") == "18446744073709551615 bytes")
    #expect(NumberText.count(7000, "image", grouped: true) == "7,000 images")
    #expect(
      [0, 999, 1000, 1_234_567, -12_345].map(NumberText.grouped) == [
        "0", "999", "1,000", "1,234,567", "-12,345",
      ])
    #expect(NumberText.grouped(.min) == "-9,223,372,036,854,775,808")
  }

  @Test(arguments: [
    (0, "0"), (42, "42"), (-3, "-3"), (0.1, "0.1"), (50.333333333333336, "50.333"),
    (0.049965738368864344, "0.049966"), (4.0599843487143517e-08, "4.06e-8"), (1e-300, "1e-300"),
    (1.5e12, "1.5e12"), (2e9, "2e9"), (-0.0000123456, "-1.2346e-5"), (999_999_999, "999999999"),
    (.infinity, "inf"),
  ])
  func figuresHaveFiveDigits(value: Double, text: String) {
    #expect(NumberText.figure(value) == text)
  }

  @Test(arguments: [
    (0.04, "0.0 s"), (9.94, "9.9 s"), (9.95, "10 s"), (119.4, "119 s"), (120, "2 min 0 s"),
    (3599.6, "1 h 0 min"), (7325, "2 h 2 min"),
  ])
  func durations(seconds: Double, text: String) {
    #expect(NumberText.duration(seconds: seconds) == text)
  }

  @Test(arguments: [
    (0, "0 bytes"), (1, "1 byte"), (999, "999 bytes"), (1000, "1.00 kB"), (12_345, "12.3 kB"),
    (999_600, "1.00 MB"), (319_700_000, "320 MB"), (5_000_000_000_000_000, "5000 TB"),
  ])
  func sizes(bytes: Int, text: String) {
    #expect(NumberText.size(bytes: bytes) == text)
  }

  @Test func timesAreTheReaders() {
    let text = NumberText.localTime(ofISO8601: "2026-11-21T03:50:12Z")
    #expect(text.wholeMatch(of: /2026-11-2[012] \d\d:\d\d:12/) != nil, "\(text)")
    #expect(NumberText.localTime(ofISO8601: "yesterday") == "yesterday")
  }
}
