import Randomness
import Testing

@Suite struct RandomStreamTests {
  /// Pins the definition: a change would change all runs with old seeds. The values were computed
  /// by a short program in another language, written from the documentation.
  @Test func valuesFollowTheDocumentedFormula() {
    var streams = [
      RandomStream(seed: 0, purpose: "shuffle"),
      RandomStream(seed: 42, purpose: "augmentation", epoch: 3, index: 17),
      RandomStream(seed: -1, purpose: "crop", index: 5),
      RandomStream(seed: 42, purpose: "dropout", name: "dropout1", epoch: 3, index: 17),
    ]
    let values = streams.indices.map { index in (0..<3).map { _ in streams[index].next() } }
    #expect(
      values == [
        [0x2183_42D9_8D53_8A63, 0xF846_AFA4_67D8_A0CB, 0x4724_F3D6_4A7D_1D3F],
        [0x1046_145F_9256_EAEA, 0x6920_DF00_9DBD_5299, 0xDE14_BA53_59E6_87C4],
        [0x4D59_2FB5_D935_13DA, 0xC5D5_8674_4B16_DFE5, 0xF245_668B_A41D_B879],
        [0x9BF7_4B67_9EDD_8A21, 0x1B50_DF4F_1933_FF6D, 0x45CE_1410_79DD_D383],
      ])
  }

  private func numbers(_ stream: RandomStream, count: Int = 8) -> [UInt64] {
    var stream = stream
    return (0..<count).map { _ in stream.next() }
  }

  @Test func equalCoordinatesGiveEqualNumbers() {
    let first = numbers(RandomStream(seed: 3, purpose: "crop", epoch: 5, index: 7))
    let second = numbers(RandomStream(seed: 3, purpose: "crop", epoch: 5, index: 7))
    #expect(first == second)
    #expect(Set(first).count == 8)
  }

  /// Streams that differ in one coordinate, or have two coordinates swapped, have no number in
  /// common.
  @Test func eachCoordinateChangesTheNumbers() {
    let streams = [
      RandomStream(seed: 3, purpose: "crop", epoch: 5, index: 7),
      RandomStream(seed: 4, purpose: "crop", epoch: 5, index: 7),
      RandomStream(seed: -3, purpose: "crop", epoch: 5, index: 7),
      RandomStream(seed: 3, purpose: "flip", epoch: 5, index: 7),
      RandomStream(seed: 3, purpose: "crop", epoch: 6, index: 7),
      RandomStream(seed: 3, purpose: "crop", epoch: 5, index: 8),
      RandomStream(seed: 3, purpose: "crop", epoch: 7, index: 5),
      RandomStream(seed: 5, purpose: "crop", epoch: 3, index: 7),
      RandomStream(seed: 3, purpose: "crop"),
      RandomStream(seed: 3, purpose: "crop", name: "", epoch: 5, index: 7),
      RandomStream(seed: 3, purpose: "crop", name: "a", epoch: 5, index: 7),
      RandomStream(seed: 3, purpose: "crop", name: "b", epoch: 5, index: 7),
    ]
    let all = streams.flatMap { numbers($0, count: 100) }
    #expect(Set(all).count == 100 * streams.count)
  }

  /// The first numbers of the streams of neighbouring images are distributed like those of one
  /// stream.
  @Test func neighbouringStreamsAreIndependent() {
    let firsts = (0..<10_000).map { index -> Double in
      var stream = RandomStream(seed: 1, purpose: "crop", index: index)
      return stream.uniform() - 0.5
    }
    let products = zip(firsts, firsts.dropFirst()).reduce(0) { $0 + $1.0 * $1.1 }
    // A product has the standard deviation 1/12, 10,000 products 8.3; four are allowed.
    #expect(abs(products) < 33.3)
  }

  @Test func uniformNumbersFillTheUnitInterval() {
    var stream = RandomStream(seed: 11, purpose: "test")
    let count = 100_000
    let values = (0..<count).map { _ in stream.uniform() }
    #expect(values.allSatisfy { $0 >= 0 && $0 < 1 })
    #expect(values.allSatisfy { ($0 * 0x1p53).rounded() == $0 * 0x1p53 })
    let mean = values.reduce(0, +) / Double(count)
    #expect(abs(mean - 0.5) < 0.004, "four deviations of 0.29/√100,000")
    #expect((values.min() ?? 1) < 1e-4 && (values.max() ?? 0) > 1 - 1e-4)
  }

  @Test(arguments: [-15.0..<15.0, 0.9..<1.1, -1e-9..<1e-9, 0.0..<1e6])
  func uniformNumbersStayInTheirRange(_ range: Range<Double>) {
    var stream = RandomStream(seed: 12, purpose: "test")
    let values = (0..<1_000).map { _ in stream.uniform(in: range) }
    #expect(values.allSatisfy { range.contains($0) })
    let width = range.upperBound - range.lowerBound
    #expect((values.min() ?? .infinity) < range.lowerBound + 0.02 * width)
    #expect((values.max() ?? -.infinity) > range.upperBound - 0.02 * width)
  }

  /// All integers below the bound, and no others, occur about equally often: chi-squared is below
  /// its mean plus five standard deviations.
  @Test(arguments: [1, 2, 3, 7, 9, 10, 63, 1_000])
  func integersAreEvenlySpread(_ bound: Int) {
    var stream = RandomStream(seed: 13, purpose: "test")
    var counts = [Int](repeating: 0, count: bound)
    for _ in 0..<100 * bound {
      let value = stream.integer(below: bound)
      guard counts.indices.contains(value) else {
        Issue.record("\(value) is not below \(bound)")
        return
      }
      counts[value] += 1
    }
    let chiSquared = counts.reduce(0.0) { $0 + Double(($1 - 100) * ($1 - 100)) / 100 }
    let freedom = Double(bound - 1)
    #expect(chiSquared <= freedom + 5 * (2 * freedom).squareRoot())
    #expect(counts.allSatisfy { $0 > 0 })
  }

  @Test func integersReachFarBounds() {
    var stream = RandomStream(seed: 14, purpose: "test")
    let values = (0..<1_000).map { _ in stream.integer(below: .max) }
    #expect(values.allSatisfy { $0 >= 0 })
    #expect((values.max() ?? 0) > .max / 100 * 98)
  }

  @Test func normalNumbersHaveTheirMoments() {
    var stream = RandomStream(seed: 15, purpose: "test")
    let count = 100_000
    let values = (0..<count).map { _ in stream.normal() }
    func moment(_ power: Int) -> Double {
      values.reduce(0) { sum, value in
        sum + (0..<power).reduce(1) { product, _ in product * value }
      } / Double(count)
    }
    #expect(values.allSatisfy { $0.isFinite })
    // Four standard deviations each: √(1, 2, 15, 96) / √100,000.
    #expect(abs(moment(1)) < 0.013)
    #expect(abs(moment(2) - 1) < 0.018)
    #expect(abs(moment(3)) < 0.049)
    #expect(abs(moment(4) - 3) < 0.124)
  }

  @Test(arguments: [0, 1, 2, 3, 17, 1_000])
  func permutationsHoldEveryNumberOnce(_ count: Int) {
    var stream = RandomStream(seed: 16, purpose: "test", index: count)
    let order = stream.permutation(of: count)
    #expect(order.sorted() == Array(0..<count))
    if count >= 17 { #expect(order != Array(0..<count)) }
  }

  /// The 24 permutations of four elements are about equally frequent.
  @Test func permutationsAreEvenlySpread() {
    var counts: [[Int]: Int] = [:]
    for index in 0..<24_000 {
      var stream = RandomStream(seed: 17, purpose: "test", index: index)
      counts[stream.permutation(of: 4), default: 0] += 1
    }
    #expect(counts.count == 24)
    let chiSquared = counts.values.reduce(0.0) { $0 + Double(($1 - 1_000) * ($1 - 1_000)) / 1_000 }
    #expect(chiSquared < 23 + 5 * 46.0.squareRoot())
  }
}
