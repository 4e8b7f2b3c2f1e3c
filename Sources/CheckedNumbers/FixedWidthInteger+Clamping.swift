extension FixedWidthInteger {
  /// `value` truncated towards zero and clamped to the range of the type; 0 for NaN.
  ///
  /// `Int(value)` ends the process if `value` is infinite, NaN or too large. Values from files may
  /// be any of these, so they are converted with this initialiser.
  public init(clamping value: some BinaryFloatingPoint) {
    self = Self(exactly: value.rounded(.towardZero)) ?? (value.isNaN ? 0 : value < 0 ? .min : .max)
  }

  /// The integer nearest to `value`, with halves rounded away from zero, clamped to the range of
  /// the type; 0 for NaN.
  public init(rounding value: some BinaryFloatingPoint) {
    self.init(clamping: value.rounded())
  }
}
