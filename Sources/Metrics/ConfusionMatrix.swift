/// How often images of each class were predicted as each class.
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

  /// The matrix with these counts, `[truth][predicted]`.
  ///
  /// - Precondition: a square, not empty, of counts that are not negative.
  public init(counts rows: [[Int]]) {
    precondition(
      !rows.isEmpty && rows.allSatisfy { $0.count == rows.count },
      "a confusion matrix of rows of \(rows.map(\.count)) counts")
    precondition(rows.joined().allSatisfy { $0 >= 0 }, "a confusion matrix with a negative count")
    classes = rows.count
    counts = Array(rows.joined())
  }

  /// Counts one prediction.
  public mutating func add(truth: Int, predicted: Int) {
    precondition(
      (0..<classes).contains(truth) && (0..<classes).contains(predicted),
      "class \(truth) taken for \(predicted) among \(classes)")
    counts[truth * classes + predicted] += 1
  }

  public subscript(truth: Int, predicted: Int) -> Int { counts[truth * classes + predicted] }

  /// Number of images of a class.
  public func support(of truth: Int) -> Int {
    (0..<classes).reduce(0) { $0 + self[truth, $1] }
  }

  /// Number of predictions of a class.
  public func predictions(of predicted: Int) -> Int {
    (0..<classes).reduce(0) { $0 + self[$1, predicted] }
  }
}

/// Precision, recall and their harmonic mean, in percent.
///
///     precision = correct / predicted      recall = correct / images      F1 = 2 · P · R / (P + R)
///
/// Convention: for a class that occurs among the images or the predictions, a score with a zero
/// denominator is 0. The scores of a class that occurs in neither are NaN. This is the default of
/// scikit-learn's `precision_recall_fscore_support`.
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
    guard predicted + support > 0 else {
      return ClassScores(precision: .nan, recall: .nan, f1: .nan)
    }
    return ClassScores(
      precision: percentage(right, of: max(predicted, 1)),
      recall: percentage(right, of: max(support, 1)),
      // 2PR / (P + R), expressed in counts.
      f1: percentage(2 * right, of: predicted + support))
  }

  /// The unweighted means of the scores, all three over the same classes: those that occur among
  /// the images or among the predictions.
  public var macroScores: ClassScores {
    let all = (0..<classes).filter { support(of: $0) + predictions(of: $0) > 0 }.map(scores(of:))
    func mean(_ score: KeyPath<ClassScores, Double>) -> Double {
      all.isEmpty ? .nan : all.reduce(0) { $0 + $1[keyPath: score] } / Double(all.count)
    }
    return ClassScores(precision: mean(\.precision), recall: mean(\.recall), f1: mean(\.f1))
  }

  /// The unweighted mean of the recalls over the classes that have images, in percent: the accuracy
  /// if each of these classes had the same number of images. NaN without images.
  ///
  /// Source: Brodersen et al., 2010, "The balanced accuracy and its posterior distribution".
  public var balancedAccuracy: Double {
    let recalls = (0..<classes).compactMap { index in
      let support = support(of: index)
      return support > 0 ? percentage(self[index, index], of: support) : nil
    }
    return recalls.isEmpty ? .nan : recalls.reduce(0, +) / Double(recalls.count)
  }

  /// A class predicted as another.
  public struct Confusion: Sendable, Equatable {
    public let truth: Int
    public let predicted: Int
    public let count: Int
    /// Fraction of the class's images, in percent.
    public let percent: Double
  }

  /// The most frequent confusions, most frequent first; equally frequent ones in the order of the
  /// matrix.
  public func mostConfused(limit: Int) -> [Confusion] {
    var confusions: [Confusion] = []
    for truth in 0..<classes {
      let support = support(of: truth)
      for predicted in 0..<classes where predicted != truth && self[truth, predicted] > 0 {
        let count = self[truth, predicted]
        confusions.append(
          Confusion(
            truth: truth, predicted: predicted, count: count,
            percent: percentage(count, of: support)))
      }
    }
    let order = confusions.indices.sorted {
      (confusions[$1].count, $0) < (confusions[$0].count, $1)
    }
    return order.prefix(limit).map { confusions[$0] }
  }
}
