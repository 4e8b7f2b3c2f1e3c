/// Running counts of a classifier's predictions: top-1 correct, top-5 correct, correct in each
/// class, and the sum of the losses.
public struct ClassificationTally: Sendable, Equatable {
  public private(set) var count = 0
  public private(set) var lossSum = 0.0
  public private(set) var correct = 0
  public private(set) var correctInFirstFive = 0
  public private(set) var classCounts: [Int]
  public private(set) var classCorrect: [Int]

  /// - Precondition: `classes` is positive.
  public init(classes: Int) {
    precondition(classes > 0, "a tally of \(classes) classes")
    classCounts = [Int](repeating: 0, count: classes)
    classCorrect = [Int](repeating: 0, count: classes)
  }

  /// Counts one prediction.
  ///
  /// - Parameter logits: One per class, ranked by `ClassRanking`.
  public mutating func add(logits: UnsafeBufferPointer<Float>, label: Int, loss: Double) {
    precondition(
      logits.count == classCounts.count && classCounts.indices.contains(label),
      "\(logits.count) logits and label \(label) in a tally of \(classCounts.count) classes")
    let rank = ClassRanking.rank(of: label, in: logits)
    count += 1
    lossSum += loss
    classCounts[label] += 1
    if rank == 0 {
      correct += 1
      classCorrect[label] += 1
    }
    if rank < 5 { correctInFirstFive += 1 }
  }

  /// Mean loss.
  public var loss: Double { count > 0 ? lossSum / Double(count) : .nan }
  /// Fraction of correct top-1 predictions, in percent.
  public var top1: Double { percentage(correct, of: count) }
  /// Fraction of labels among the five highest-ranked classes, in percent. It is 100 if there are
  /// no more than five classes; `isTop5Informative` says whether it is meaningful.
  public var top5: Double { percentage(correctInFirstFive, of: count) }
  /// Top-1 accuracy of each class, in percent; NaN for a class without images.
  public var classTop1: [Double] { zip(classCorrect, classCounts).map { percentage($0, of: $1) } }
}

extension ClassificationTally {
  /// Whether top-5 accuracy is meaningful: with up to five classes the true one is always among the
  /// first five, so the accuracy is 100 % for any network.
  public static func isTop5Informative(classes: Int) -> Bool { classes > 5 }

  /// The counts as integers, to save an interrupted epoch.
  public var state: [Int64] {
    ([count, correct, correctInFirstFive] + classCounts + classCorrect).map(Int64.init)
  }

  /// Restores counts; nil if they are inconsistent or belong to another number of classes.
  public init?(classes: Int, state: [Int64], lossSum: Double) {
    guard state.count == 3 + 2 * classes, state.allSatisfy({ $0 >= 0 }) else { return nil }
    let (ofClass, correctOfClass) = (state[3..<3 + classes], state[(3 + classes)...])
    guard state[1] <= state[2], state[2] <= state[0],
      Self.parts(ofClass, addUpTo: state[0]), Self.parts(correctOfClass, addUpTo: state[1]),
      zip(correctOfClass, ofClass).allSatisfy({ $0 <= $1 })
    else { return nil }
    self.init(classes: classes)
    count = Int(state[0])
    correct = Int(state[1])
    correctInFirstFive = Int(state[2])
    classCounts = ofClass.map(Int.init)
    classCorrect = correctOfClass.map(Int.init)
    self.lossSum = lossSum
  }

  /// Subtracts the parts one by one: the sum of a damaged file's values may overflow.
  private static func parts(_ parts: ArraySlice<Int64>, addUpTo whole: Int64) -> Bool {
    var rest = whole
    for part in parts {
      guard part <= rest else { return false }
      rest -= part
    }
    return rest == 0
  }
}

func percentage(_ part: Int, of whole: Int) -> Double {
  whole > 0 ? 100 * Double(part) / Double(whole) : .nan
}
