extension FixedWidthInteger {
  /// `value` without its fraction, moved into the range of the type; 0 for not-a-number.
  ///
  /// `Int(value)` ends the process where `value` is infinite, not a number or too large. Any of these
  /// may come from a file, so such conversions use this initialiser.
  public init(clamping value: some BinaryFloatingPoint) {
    self = Self(exactly: value.rounded(.towardZero)) ?? (value.isNaN ? 0 : value < 0 ? .min : .max)
  }

  /// The integer nearest to `value`, halves away from zero, moved into the range of the type; 0 for
  /// not-a-number.
  public init(rounding value: some BinaryFloatingPoint) {
    self.init(clamping: value.rounded())
  }
}
