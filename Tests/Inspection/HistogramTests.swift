import Inspection
import TensorFiles
import TestSupport
import Testing

@Suite struct HistogramTests {
  private func histogram<Scalar: TensorScalar>(
    _ values: [Scalar], binCount: Int = 4
  ) -> TensorHistogram? {
    values.withUnsafeBufferPointer { TensorHistogram(of: $0, binCount: binCount) }
  }

  @Test func binsAreOfOneWidth() throws {
    let found = try #require(histogram([0, 0.1, 0.25, 0.5, 0.74, 1] as [Double]))
    #expect(found.low == 0 && found.high == 1)
    #expect(found.counts == [2, 1, 2, 1], "0.25 counts above, 1 in the last")
  }

  @Test func fewWholeNumbersHaveABinEach() throws {
    let found = try #require(histogram([3, 5, 5, 6] as [UInt8]))
    #expect(found.counts == [1, 0, 2, 1])
    #expect(found.low == 2.5 && found.high == 6.5)
    let many = try #require(histogram([0, 255] as [UInt8]))
    #expect(many.low == 0 && many.high == 255 && many.counts == [1, 0, 0, 1])
  }

  @Test func whatIsNotFiniteIsLeftOut() throws {
    let found = try #require(histogram([.nan, 0.5, .infinity, 1.5, -.infinity] as [Float]))
    #expect(found.counts == [1, 0, 0, 1])
    #expect(histogram([.nan, .infinity] as [Float]) == nil)
    #expect(histogram([] as [Float]) == nil)
  }

  @Test func extremesDoNotOverflow() throws {
    let one = try #require(histogram([0.3, 0.3] as [Double]))
    #expect(one.counts.reduce(0, +) == 2)
    let huge = try #require(histogram([1e300, 1e300] as [Double]))
    #expect(huge.counts == [2])
    #expect(histogram([-1.7e308, 1.7e308] as [Double]) == nil, "no number is so wide")
    #expect(try #require(histogram([.min, .max] as [Int64])).counts == [1, 0, 0, 1])
    #expect(try #require(histogram([Double.leastNonzeroMagnitude, 0])).counts.reduce(0, +) == 2)
  }

  @Test func ofAFilesTensor() throws {
    let scratch = try TemporaryFolder()
    var writer = TensorFileWriter(schema: "peer")
    writer.add("labels", shape: [3], [0, 1, 1] as [UInt8])
    writer.add("empty", shape: [0], [] as [Float])
    let bytes = [UInt8](repeating: 0x38, count: 2)
    bytes.withUnsafeBytes { writer.add("tiny", scalarType: .float8e4m3, shape: [2], bytes: $0) }
    let file = try scratch.write(writer)
    #expect(try TensorHistogram(of: "labels", in: file)?.counts == [1, 2])
    #expect(try TensorHistogram(of: "empty", in: file) == nil)
    #expect(try TensorHistogram(of: "tiny", in: file) == nil, "Swift can't read these")
  }
}
