import Metrics
import Testing

/// The order of a large confusion matrix.
@Suite struct ConfusionOrderTests {
  /// `classes` classes of ten images, all right except these confusions `(truth, prediction,
  /// images)`.
  private func matrix(_ classes: Int, _ confusions: [(Int, Int, Int)]) -> ConfusionMatrix {
    var counts = (0..<classes).map { truth in (0..<classes).map { $0 == truth ? 10 : 0 } }
    for (truth, answer, images) in confusions {
      counts[truth][answer] += images
      counts[truth][truth] -= images
    }
    return ConfusionMatrix(counts: counts)
  }

  @Test func classesThatAreTakenForEachOtherAreNeighbours() {
    // 0 and 3 are joined first (0.9), then 1 and 4 (0.5), then 2 with the row 1, 4, next to 4, with
    // which it is confused.
    let order = matrix(5, [(0, 3, 5), (3, 0, 4), (4, 1, 5), (2, 4, 3)]).orderByConfusion
    #expect(order == [0, 3, 1, 4, 2])
  }

  /// Two rows are reversed if necessary, so that the most confused ends are joined: one case for
  /// each of the four ways.
  @Test(arguments: [
    ((1, 2), [0, 1, 2, 3]), ((1, 3), [0, 1, 3, 2]), ((0, 2), [1, 0, 2, 3]),
    ((0, 3), [2, 3, 0, 1]),
  ])
  func rowsTouchWhereTheyAreConfused(_ pair: (Int, Int), _ expected: [Int]) {
    let order = matrix(4, [(0, 1, 6), (2, 3, 5), (pair.0, pair.1, 1)]).orderByConfusion
    #expect(order == expected)
  }

  /// One of two images counts more than four of ten.
  @Test func fractionsCountAndNotImages() {
    let counts = [[6, 4, 0], [0, 10, 0], [0, 1, 1]]
    #expect(ConfusionMatrix(counts: counts).orderByConfusion == [0, 1, 2])
    let other = [[6, 0, 4], [0, 1, 1], [0, 0, 10]]
    #expect(ConfusionMatrix(counts: other).orderByConfusion == [0, 2, 1])
  }

  @Test func withoutConfusionsTheOrderIsThatOfTheClasses() {
    #expect(matrix(6, []).orderByConfusion == Array(0..<6))
    #expect(ConfusionMatrix(classes: 4).orderByConfusion == [0, 1, 2, 3])
    #expect(ConfusionMatrix(classes: 1).orderByConfusion == [0])
  }

  /// Groups of classes with distant indices become blocks; 1,000 classes take less than a second.
  @Test func groupsAreBlocks() {
    let (classes, groups) = (1000, 100)
    var confusions: [(Int, Int, Int)] = []
    for index in 0..<classes {
      confusions.append((index, (index + groups) % classes, 2))
      confusions.append((index, (index + 3 * groups) % classes, 2))
    }
    let clock = ContinuousClock()
    var order: [Int] = []
    let duration = clock.measure { order = matrix(classes, confusions).orderByConfusion }
    #expect(order.sorted() == Array(0..<classes))
    let size = classes / groups
    for start in stride(from: 0, to: classes, by: size) {
      let members = Set(order[start..<start + size].map { $0 % groups })
      #expect(members.count == 1, "places \(start) to \(start + size - 1): groups \(members)")
    }
    #expect(duration < .seconds(5), "\(duration)")
  }
}
