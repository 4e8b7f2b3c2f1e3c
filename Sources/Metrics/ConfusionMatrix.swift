/// How often images of one class were taken for another.
public struct ConfusionMatrix: Sendable, Equatable {
  public let classes: Int
  /// Counts `[truth, predicted]`, row by row.
  public private(set) var counts: [Int]

  /// - Precondition: `classes` is positive.
  public init(classes: Int) {
    precondition(classes > 0, "a confusion matrix of \(classes) classes")
    self.classes = classes
    counts = [Int](repeating: 0, count: classes * classes)
  }

  /// Counts one prediction.
  public mutating func add(truth: Int, predicted: Int) {
    precondition(
      (0..<classes).contains(truth) && (0..<classes).contains(predicted),
      "class \(truth) taken for \(predicted) among \(classes)")
    counts[truth * classes + predicted] += 1
  }

  public subscript(truth: Int, predicted: Int) -> Int { counts[truth * classes + predicted] }

  /// Images of a class.
  public func support(of truth: Int) -> Int {
    (0..<classes).reduce(0) { $0 + self[truth, $1] }
  }

  /// Times a class was predicted.
  public func predictions(of predicted: Int) -> Int {
    (0..<classes).reduce(0) { $0 + self[$1, predicted] }
  }
}

/// Precision, recall and their harmonic mean, in percent; not a number where a class has no images or
/// was never predicted.
///
///     precision = right / predicted        recall = right / images        F1 = 2 · P · R / (P + R)
public struct ClassScores: Sendable, Equatable {
  public let precision: Double
  public let recall: Double
  public let f1: Double
}

extension ConfusionMatrix {
  /// The scores of one class.
  public func scores(of index: Int) -> ClassScores {
    let right = self[index, index]
    let (predicted, support) = (predictions(of: index), support(of: index))
    return ClassScores(
      precision: percentage(right, of: predicted), recall: percentage(right, of: support),
      // 2PR / (P + R), written in counts so that a class never predicted has F1 zero.
      f1: percentage(2 * right, of: predicted + support))
  }

  /// The unweighted mean of the classes' scores; classes without a score are left out.
  public var macroScores: ClassScores {
    let all = (0..<classes).map(scores(of:))
    func mean(_ values: [Double]) -> Double {
      let known = values.filter { !$0.isNaN }
      return known.isEmpty ? .nan : known.reduce(0, +) / Double(known.count)
    }
    return ClassScores(
      precision: mean(all.map(\.precision)), recall: mean(all.map(\.recall)),
      f1: mean(all.map(\.f1)))
  }

  /// A class taken for another.
  public struct Confusion: Sendable, Equatable {
    public let truth: Int
    public let predicted: Int
    public let count: Int
    /// Share of the class's images, in percent.
    public let share: Double
  }

  /// The most frequent confusions, most frequent first; equal ones in the order of the matrix.
  public func mostConfused(limit: Int) -> [Confusion] {
    var confusions: [Confusion] = []
    for truth in 0..<classes {
      for predicted in 0..<classes where predicted != truth && self[truth, predicted] > 0 {
        let count = self[truth, predicted]
        confusions.append(
          Confusion(
            truth: truth, predicted: predicted, count: count,
            share: percentage(count, of: support(of: truth))))
      }
    }
    let order = confusions.indices.sorted {
      (confusions[$1].count, $0) < (confusions[$0].count, $1)
    }
    return order.prefix(limit).map { confusions[$0] }
  }
}
