extension String {
  /// The text with each `scalar` replaced by `replacement`.
  ///
  /// Swift's own functions compare whole characters, so they do not find a quote that is followed
  /// by a combining accent. But programs that read the text still treat it as a quote.
  package func replacingScalar(_ scalar: Unicode.Scalar, by replacement: String) -> String {
    var result = ""
    for found in unicodeScalars {
      if found == scalar {
        result.unicodeScalars.append(contentsOf: replacement.unicodeScalars)
      } else {
        result.unicodeScalars.append(found)
      }
    }
    return result
  }
}
