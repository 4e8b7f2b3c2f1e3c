extension Sequence where Element: FixedWidthInteger {
  /// The sum of the elements, or nil if it or one of its partial sums overflows.
  public var checkedSum: Element? {
    var sum: Element = 0
    for element in self {
      let (partial, overflow) = sum.addingReportingOverflow(element)
      guard !overflow else { return nil }
      sum = partial
    }
    return sum
  }
}
