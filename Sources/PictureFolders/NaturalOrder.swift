/// Natural order: runs of digits are compared as numbers, everything else by Unicode scalars.
public enum NaturalOrder {
  public static func precedes(_ first: String, _ second: String) -> Bool {
    let (a, b) = (Array(first.unicodeScalars), Array(second.unicodeScalars))
    var (i, j) = (0, 0)
    while i < a.count, j < b.count {
      if isDigit(a[i]), isDigit(b[j]) {
        let (left, right) = (digits(of: a, from: &i), digits(of: b, from: &j))
        if left.count != right.count { return left.count < right.count }
        if left != right { return left.lexicographicallyPrecedes(right) }
      } else {
        if a[i] != b[j] { return a[i] < b[j] }
        i += 1
        j += 1
      }
    }
    // Equal except for leading zeros, or one is a prefix of the other.
    if i < a.count || j < b.count { return j < b.count }
    return a.lexicographicallyPrecedes(b)
  }

  private static func isDigit(_ scalar: Unicode.Scalar) -> Bool { ("0"..."9").contains(scalar) }

  /// A run of digits without its leading zeros.
  private static func digits(of text: [Unicode.Scalar], from start: inout Int)
    -> ArraySlice<Unicode.Scalar>
  {
    let end = text[start...].firstIndex { !isDigit($0) } ?? text.endIndex
    defer { start = end }
    return text[start..<end].drop { $0 == "0" }
  }
}
