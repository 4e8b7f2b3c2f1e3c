/// The candidate that `word` most likely misspells, or nil if none is near.
///
/// Near means a case-insensitive edit distance of at most a third of the word's length, but
/// always at least one. Among equally near candidates the first wins.
public func nearest(to word: String, among candidates: some Sequence<String>) -> String? {
  let limit = max(1, word.count / 3)
  var best: (name: String, distance: Int)?
  for candidate in candidates {
    guard abs(candidate.count - word.count) <= limit else { continue }
    let distance = editDistance(from: word.lowercased(), to: candidate.lowercased())
    if distance <= limit && distance < best?.distance ?? .max { best = (candidate, distance) }
  }
  return best?.name
}

/// The minimum number of insertions, deletions, replacements and swaps of two adjacent characters
/// that turn one word into the other.
///
/// Cost: the product of the lengths. Source: the restricted distance ("optimal string alignment") of
/// Damerau, 1964, "A technique for computer detection and correction of spelling errors".
public func editDistance(from source: String, to target: String) -> Int {
  let (source, target) = (Array(source), Array(target))
  // Row i holds the distances from the first i characters of the source to each prefix of the target.
  var beforePrevious: [Int] = []
  var previous = Array(0...target.count)
  for i in source.indices {
    var current = [i + 1]
    current.reserveCapacity(target.count + 1)
    for j in target.indices {
      let replaced = previous[j] + (source[i] == target[j] ? 0 : 1)
      var least = min(replaced, previous[j + 1] + 1, current[j] + 1)
      if i > 0 && j > 0 && source[i] == target[j - 1] && source[i - 1] == target[j] {
        least = min(least, beforePrevious[j - 1] + 1)
      }
      current.append(least)
    }
    (beforePrevious, previous) = (previous, current)
  }
  return previous[target.count]
}
