import Inspection
import TensorFiles
import TestSupport
import Testing

@Suite struct StatisticsTests {
  private func statistics<Scalar: TensorScalar>(_ values: [Scalar]) -> TensorStatistics {
    values.withUnsafeBufferPointer { TensorStatistics(of: $0) }
  }

  @Test func ofAFewNumbers() throws {
    let found = statistics([2, 4, 4, 4, 5, 5, 7, 9] as [Float])
    #expect(found.minimum == 2 && found.maximum == 9)
    #expect(found.mean == 5 && found.standardDeviation == 2, "population deviation")
    #expect(found.count == 8 && found.nanCount == 0 && found.infiniteCount == 0)
  }

  /// In a single pass in `Float`, or from the sum of squares, cancellation would destroy the
  /// deviation.
  @Test func aLargeMeanDoesNotSwallowTheDeviation() throws {
    let found = statistics((0..<30_001).map { Double(1e9) + Double($0 % 3) })
    #expect(abs(try #require(found.mean) - 1e9 - 1) < 1e-4)
    #expect(abs(try #require(found.standardDeviation) - (2.0 / 3).squareRoot()) < 1e-4)
  }

  @Test func notNumbersAndInfinities() {
    let found = statistics([.nan, 1, -.infinity, 3, .infinity, .nan] as [Float])
    #expect(found.nanCount == 2 && found.infiniteCount == 2)
    #expect(found.minimum == -.infinity && found.maximum == .infinity)
    #expect(found.mean == 2 && found.standardDeviation == 1)
    let none = statistics([.nan, .nan] as [Float])
    #expect(none.minimum == nil && none.maximum == nil && none.mean == nil)
    #expect(none.standardDeviation == nil && none.nanCount == 2)
    let endless = statistics([.infinity] as [Double])
    #expect(endless.minimum == .infinity && endless.mean == nil && endless.infiniteCount == 1)
  }

  @Test func ofNothing() {
    let found = statistics([] as [Int32])
    #expect(found.count == 0 && found.minimum == nil && found.mean == nil && found.nanCount == 0)
  }

  @Test func everyTypeOfAFile() throws {
    let scratch = try TemporaryFolder()
    var writer = TensorFileWriter(schema: "types")
    for scalarType in ScalarType.allCases {
      let bytes = [UInt8](repeating: 0x01, count: 2 * scalarType.byteCount)
      bytes.withUnsafeBytes {
        writer.add(scalarType.rawValue, scalarType: scalarType, shape: [2], bytes: $0)
      }
    }
    let file = try scratch.write(writer)
    let unreadable = try file.names.filter { try TensorStatistics(of: $0, in: file) == nil }
    #expect(
      Set(unreadable) == ["F8_E5M2", "F8_E4M3", "F8_E5M2FNUZ", "F8_E4M3FNUZ", "F8_E8M0", "C64"])
    #expect(try TensorStatistics(of: "I32", in: file)?.mean == 0x0101_0101)
    #expect(try TensorStatistics(of: "BOOL", in: file)?.maximum == 1)
    #expect(try TensorStatistics(of: "F16", in: file)?.maximum == 257 * 0x1p-24)
  }
}
