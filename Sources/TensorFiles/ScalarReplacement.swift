extension String {
  /// The text with another in place of each `scalar`.
  ///
  /// Swift's own functions compare whole characters: a quote with an accent that follows it is another
  /// character to them, and a quote all the same to every program that reads the text.
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
