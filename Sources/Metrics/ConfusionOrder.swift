/// An order of the classes in which often confused classes are neighbours, so that the confusions
/// of a large matrix lie near its diagonal.
///
/// Agglomerative clustering with average linkage: each class begins as its own cluster; the two
/// clusters with the largest mean confusion are joined until no two are confused. The confusion of
/// two classes is the fraction of one class's images predicted as the other, summed over both
/// directions, which makes classes of unequal size comparable. A cluster is a row of classes; two
/// rows are joined end to end in the one of four ways that makes the most confused classes
/// neighbours.
///
/// Ties are decided by the lower class index, so the order depends on the counts alone. Time is
/// quadratic in the number of classes in practice, memory always: 1,000 classes take 8 MB.
///
/// Source: Sokal and Michener, 1958, "A statistical method for evaluating systematic
/// relationships".
struct ConfusionOrder {
  private let classes: Int
  /// The confusion of clusters, `[classes, classes]`, symmetric; a cluster has the index of its
  /// lowest class.
  private var similarity: [Double]
  /// The confusion of classes, before clusters are joined.
  private let confusion: [Double]
  private var rows: [[Int]]
  private var active: [Int]
  /// The cluster that each cluster is most confused with; -1 if there is none.
  private var partner: [Int]

  init(of matrix: ConfusionMatrix) {
    let classes = matrix.classes
    var confusion = [Double](repeating: 0, count: classes * classes)
    for truth in 0..<classes {
      let support = max(matrix.support(of: truth), 1)
      for predicted in 0..<classes where predicted != truth {
        let fraction = Double(matrix[truth, predicted]) / Double(support)
        confusion[truth * classes + predicted] += fraction
        confusion[predicted * classes + truth] += fraction
      }
    }
    self.classes = classes
    (self.confusion, similarity) = (confusion, confusion)
    rows = (0..<classes).map { [$0] }
    active = Array(0..<classes)
    partner = [Int](repeating: -1, count: classes)
    for cluster in active { findPartner(of: cluster) }
  }

  /// The classes in order: the remaining clusters, sorted by their lowest class.
  mutating func joined() -> [Int] {
    while let (first, second) = closest() { join(first, second) }
    return active.flatMap { rows[$0] }
  }

  private mutating func findPartner(of cluster: Int) {
    var (best, value) = (-1, 0.0)
    for other in active where other != cluster {
      let candidate = similarity[cluster * classes + other]
      if candidate > value { (best, value) = (other, candidate) }
    }
    partner[cluster] = best
  }

  /// The two clusters with the largest mean confusion, the lower index first; nil if no two are
  /// confused.
  private func closest() -> (Int, Int)? {
    var (best, value) = (-1, 0.0)
    for cluster in active where partner[cluster] >= 0 {
      let candidate = similarity[cluster * classes + partner[cluster]]
      if candidate > value { (best, value) = (cluster, candidate) }
    }
    return best < 0 ? nil : (min(best, partner[best]), max(best, partner[best]))
  }

  private mutating func join(_ first: Int, _ second: Int) {
    let (size, added) = (Double(rows[first].count), Double(rows[second].count))
    active.removeAll { $0 == second }
    for other in active where other != first {
      let mean =
        (size * similarity[first * classes + other] + added * similarity[second * classes + other])
        / (size + added)
      similarity[first * classes + other] = mean
      similarity[other * classes + first] = mean
    }
    rows[first] = endToEnd(rows[first], rows[second])
    rows[second] = []
    findPartner(of: first)
    // A mean never exceeds both values, so only clusters whose partner was one of the two can
    // change partner.
    for other in active where other != first && [first, second].contains(partner[other]) {
      findPartner(of: other)
    }
  }

  /// Joins two rows, each reversed if necessary, so that the classes where they meet are the most
  /// confused.
  private func endToEnd(_ first: [Int], _ second: [Int]) -> [Int] {
    func confused(_ a: Int, _ b: Int) -> Double { confusion[a * classes + b] }
    let (head, tail) = (first[0], first[first.count - 1])
    let (secondHead, secondTail) = (second[0], second[second.count - 1])
    let ways: [(value: Double, row: () -> [Int])] = [
      (confused(tail, secondHead), { first + second }),
      (confused(tail, secondTail), { first + second.reversed() }),
      (confused(head, secondHead), { first.reversed() + second }),
      (confused(head, secondTail), { second + first }),
    ]
    let best = ways.dropFirst().reduce(ways[0]) { $1.value > $0.value ? $1 : $0 }
    return best.row()
  }
}

extension ConfusionMatrix {
  /// The classes in an order in which often confused classes are neighbours: average linkage by the
  /// fraction of confused images. Depends on the counts alone.
  public var orderByConfusion: [Int] {
    var order = ConfusionOrder(of: self)
    return order.joined()
  }
}
