/// An order of the classes in which those that are taken for each other are neighbours, so that the
/// confusions of a large matrix lie near its diagonal.
///
/// Agglomerative clustering with average linkage: each class begins as a cluster of its own; the two
/// clusters with the largest mean confusion are joined until no two are confused. The confusion of two
/// classes is the fraction of the one's images that is taken for the other, added up in both directions, so
/// that classes of unequal size compare. A cluster is a row of classes; of the four ways to join two rows
/// end to end the one with the most confused neighbours is taken.
///
/// Equal values are decided by the lower class number, so the order follows from the counts alone.
/// Time grows with the square of the classes in practice, memory always: 1,000 classes take 8 MB.
///
/// Source: Sokal and Michener, 1958, "A statistical method for evaluating systematic relationships".
struct ConfusionOrder {
  private let classes: Int
  /// The confusion of clusters, `[classes, classes]`, symmetric; a cluster bears the number of its lowest
  /// class.
  private var similarity: [Double]
  /// The confusion of classes, before any were joined.
  private let confusion: [Double]
  private var rows: [[Int]]
  private var active: [Int]
  /// The cluster that each is confused with the most; -1 where none is.
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

  /// The classes in their order: the clusters that are left, by their lowest class.
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

  /// The two clusters with the largest mean confusion, the lower number first; nil where no two are
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
    // A mean is never above both: only who had one of the two for a partner may now have another.
    for other in active where other != first && [first, second].contains(partner[other]) {
      findPartner(of: other)
    }
  }

  /// Two rows as one, each turned so that their touching ends are confused the most.
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
  /// The classes so ordered that those that are taken for each other are neighbours: average linkage by
  /// the fraction of images that is confused. Depends on the counts alone.
  public var orderByConfusion: [Int] {
    var order = ConfusionOrder(of: self)
    return order.joined()
  }
}
