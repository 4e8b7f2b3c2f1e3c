import CheckedNumbers
import Testing

@Suite struct ClampingTests {
  @Test(arguments: [
    (0.0, 0), (2.9, 2), (-2.9, -2), (1e300, Int.max), (-1e300, Int.min), (.infinity, .max),
    (-.infinity, .min), (.nan, 0), (0x1p63, .max), (-0x1p63, .min), (0x1p62, 1 << 62),
  ])
  func fractionsAreCutAndLargeNumbersClamped(_ value: Double, _ expected: Int) {
    #expect(Int(clamping: value) == expected)
  }

  @Test(arguments: [
    (254.5 as Float, 255 as UInt8), (254.4, 254), (-0.4, 0), (-7, 0), (256, 255), (.nan, 0),
    (.infinity, 255), (3e38, 255),
  ])
  func numbersAreRoundedToBytes(_ value: Float, _ expected: UInt8) {
    #expect(UInt8(rounding: value) == expected)
  }

  @Test(
    arguments: [
      ([], 0), ([1, 2, 3], 6), ([Int64.max, 1], nil), ([Int64.min, -1], nil),
      ([Int64.max, -1], Int64.max - 1),
    ] as [([Int64], Int64?)])
  func sumsThatDoNotFitAreNone(_ terms: [Int64], _ expected: Int64?) {
    #expect(terms.checkedSum == expected)
  }
}
