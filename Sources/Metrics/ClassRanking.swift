/// The order of the classes by a network's logits: larger logits first, lower class index first if
/// equal.
///
/// Logits are ranked instead of probabilities: softmax rounds to 0 if a logit is about 104 or more
/// below the largest, so such classes would be tied. If the result is the mean over several views
/// of an image, the logarithm of the mean probability takes the place of the logit.
///
/// NaN never comes before a number.
public enum ClassRanking {
  /// Number of classes that come before `label`.
  ///
  /// A class whose logit is NaN counts as coming before: a diverged network must not be right by
  /// chance.
  public static func rank(of label: Int, in logits: UnsafeBufferPointer<Float>) -> Int {
    let own = logits[label]
    var rank = 0
    for index in logits.indices {
      // Comparisons with NaN are false.
      if index < label ? !(logits[index] < own) : index > label && !(logits[index] <= own) {
        rank += 1
      }
    }
    return rank
  }

  /// The class that comes first.
  ///
  /// - Precondition: there is at least one class.
  public static func first(in logits: UnsafeBufferPointer<Float>) -> Int {
    precondition(!logits.isEmpty, "the first of no classes")
    return logits.indices.reduce(0) { comes($1, before: $0, in: logits) ? $1 : $0 }
  }

  /// All classes in order.
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
