/// The order in which a network's answer puts the classes: the larger logit first, and of equal ones
/// the lower class number.
///
/// Logits are ranked, not probabilities: a softmax rounds to 0 whatever lies some 104 below the largest
/// logit, and classes that far apart would all look alike. Where an answer is the mean over several
/// views of an image, the logarithm of the mean probability stands in the logits' place.
///
/// What is not a number never comes before a number.
public enum ClassRanking {
  /// How many classes come before `label`.
  ///
  /// A class whose logit is not a number counts as one that comes before: a network gone astray must
  /// not look right by chance.
  public static func rank(of label: Int, in logits: UnsafeBufferPointer<Float>) -> Int {
    let own = logits[label]
    var rank = 0
    for index in logits.indices {
      // Comparisons with not-a-number fail.
      if index < label ? !(logits[index] < own) : index > label && !(logits[index] <= own) {
        rank += 1
      }
    }
    return rank
  }

  /// The class that comes first.
  ///
  /// - Precondition: there is one.
  public static func first(in logits: UnsafeBufferPointer<Float>) -> Int {
    precondition(!logits.isEmpty, "the first of no classes")
    return logits.indices.reduce(0) { comes($1, before: $0, in: logits) ? $1 : $0 }
  }

  /// All classes, the first one first.
  public static func order(of logits: [Float]) -> [Int] {
    logits.withUnsafeBufferPointer { logits in
      logits.indices.sorted { comes($0, before: $1, in: logits) }
    }
  }

  private static func comes(
    _ first: Int, before second: Int, in logits: UnsafeBufferPointer<Float>
  ) -> Bool {
    let (a, b) = (logits[first], logits[second])
    if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? first < second : b.isNaN }
    return a == b ? first < second : a > b
  }
}
