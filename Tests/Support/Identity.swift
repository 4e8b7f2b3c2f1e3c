import Testing

/// Expects two lists to be equal. A failure shows the first index at which they differ and both
/// values, whereas `#expect` would print both lists.
public func expectIdentical<Element: Equatable>(
  _ actual: [Element], _ expected: [Element], _ what: String,
  sourceLocation: SourceLocation = #_sourceLocation
) {
  guard actual.count == expected.count else {
    Issue.record(
      "\(what): \(actual.count) values, expected \(expected.count)",
      sourceLocation: sourceLocation)
    return
  }
  guard let place = actual.indices.first(where: { actual[$0] != expected[$0] }) else { return }
  let wrong = actual.indices.count { actual[$0] != expected[$0] }
  Issue.record(
    """
    \(what): value \(place) of \(actual.count) is \(actual[place]), expected \(expected[place]); \
    \(wrong) differ
    """, sourceLocation: sourceLocation)
}
