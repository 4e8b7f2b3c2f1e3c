import Metrics
import Testing

@Suite struct ClassRankingTests {
  private func ranks(_ logits: [Float]) -> [Int] {
    logits.withUnsafeBufferPointer { logits in
      logits.indices.map { ClassRanking.rank(of: $0, in: logits) }
    }
  }

  private func first(_ logits: [Float]) -> Int {
    logits.withUnsafeBufferPointer { ClassRanking.first(in: $0) }
  }

  /// Their softmax in float32 is 1 and nine zeros.
  @Test func logitsFarApartAreRanked() {
    let logits: [Float] = [300, 0, 1, 2, 3, 4, 5, 6, 7, 8]
    #expect(ClassRanking.order(of: logits) == [0, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    #expect(ranks(logits) == [0, 9, 8, 7, 6, 5, 4, 3, 2, 1])
    #expect(first(logits) == 0)
  }

  @Test(
    arguments: [
      ([2, 2, 2], [0, 1, 2]), ([1, 3, 3, 2], [1, 2, 3, 0]), ([0, -0.0, 1], [2, 0, 1]),
      ([-.infinity, -.infinity, 0], [2, 0, 1]), ([.infinity, 0, .infinity], [0, 2, 1]),
    ] as [([Float], [Int])])
  func equalLogitsKeepTheOrderOfClasses(_ logits: [Float], _ order: [Int]) {
    #expect(ClassRanking.order(of: logits) == order)
    #expect(first(logits) == order[0])
    #expect(order.map { ranks(logits)[$0] } == Array(0..<logits.count))
  }

  @Test func whatIsNoNumberComesLast() {
    #expect(ClassRanking.order(of: [.nan, 1, .nan, -.infinity, 2]) == [4, 1, 3, 0, 2])
    #expect(first([.nan, -1, 0]) == 2)
  }
}
