import Resampling
import TestSupport
import Testing

/// Resampling compared with its definition, for odd sizes, windows and strides.
@Suite struct BilinearResamplingTests {
  /// One plane whose bytes differ by position.
  private func plane(height: Int, width: Int) -> [UInt8] {
    (0..<height * width).map { UInt8(($0 * 89 + $0 / width * 31) % 256) }
  }

  /// One axis in `Double`: the weighted mean with a triangle, without rounding.
  private func resampled(_ line: [Double], to count: Int) -> [Double] {
    let scale = Double(line.count) / Double(count)
    return (0..<count).map { output in
      let centre = (Double(output) + 0.5) * scale
      let weights = line.indices.map { input in
        max(0, 1 - abs(Double(input) + 0.5 - centre) / max(scale, 1))
      }
      return zip(line, weights).reduce(0) { $0 + $1.0 * $1.1 } / weights.reduce(0, +)
    }
  }

  private func transposed(_ rows: [[Double]]) -> [[Double]] {
    rows[0].indices.map { column in rows.map { $0[column] } }
  }

  private func exact(
    _ bytes: [UInt8], height: Int, width: Int, toHeight: Int, width newWidth: Int
  ) -> [Float] {
    let rows = (0..<height).map { row in
      resampled((0..<width).map { Double(bytes[row * width + $0]) }, to: newWidth)
    }
    let columns = transposed(rows).map { resampled($0, to: toHeight) }
    return transposed(columns).flatMap { $0.map(Float.init) }
  }

  @Test(
    arguments: [
      (1, 1, 1, 1), (1, 1, 5, 3), (5, 3, 1, 1), (2, 3, 3, 2), (7, 5, 5, 7), (32, 32, 227, 227),
      (227, 227, 32, 32), (100, 3, 9, 32), (33, 65, 32, 32), (400, 1, 3, 17), (5, 900, 4, 2),
    ])
  func bytesAreTheRoundedWeightedMeans(_ sizes: (Int, Int, Int, Int)) {
    let (height, width, newHeight, newWidth) = sizes
    let bytes = plane(height: height, width: width)
    let actual = bytes.resampled(
      planes: 1, height: height, width: width, toHeight: newHeight, width: newWidth)
    let expected = exact(
      bytes, height: height, width: width, toHeight: newHeight, width: newWidth)
    // Half a level for the rounding between the passes, and half a level for that of the result.
    expectClose(
      actual.map(Float.init), expected, Tolerance(absolute: 1.001), "\(sizes)",
      shape: [newHeight, newWidth])
  }

  @Test(arguments: [1, 2, 31, 32, 227])
  func theSameSizeChangesNothing(_ side: Int) {
    let bytes = plane(height: side, width: side + 1)
    let same = bytes.resampled(
      planes: 1, height: side, width: side + 1, toHeight: side, width: side + 1)
    expectIdentical(same, bytes, "\(side) × \(side + 1)")
  }

  @Test(arguments: [0, 1, 128, 255] as [UInt8], [(3, 50), (50, 3), (1, 1000), (1000, 1)])
  func oneColourStays(_ value: UInt8, _ sizes: (Int, Int)) {
    let bytes = [UInt8](repeating: value, count: sizes.0 * sizes.0)
    let resized = bytes.resampled(
      planes: 1, height: sizes.0, width: sizes.0, toHeight: sizes.1, width: sizes.1)
    #expect(resized.allSatisfy { $0 == value }, "\(sizes)")
  }

  @Test(arguments: [(0..<9, 0..<9), (2..<5, 0..<1), (8..<9, 3..<9)] as [(Range<Int>, Range<Int>)])
  func aWindowIsCutFromTheWhole(_ rows: Range<Int>, _ columns: Range<Int>) {
    let bytes = plane(height: 23, width: 31)
    let whole = bytes.resampled(planes: 1, height: 23, width: 31, toHeight: 9, width: 9)
    let window = BilinearResampling(
      fromHeight: 23, width: 31, toHeight: 9, width: 9, rows: rows, columns: columns)
    #expect(window.outputHeight == rows.count && window.outputWidth == columns.count)
    expectIdentical(
      window.applied(to: bytes, columnStride: 1, rowStride: 31),
      rows.flatMap { row in columns.map { whole[row * 9 + $0] } }, "\(rows) \(columns)")
  }

  /// A plane that is read mirrored, transposed, or interleaved with other channels.
  @Test func stridesReadOtherLayouts() {
    let (height, width) = (6, 11)
    let bytes = plane(height: height, width: width)
    let transposedBytes = (0..<width).flatMap { column in
      (0..<height).map { bytes[$0 * width + column] }
    }
    let interleaved = bytes.flatMap { byte -> [UInt8] in [byte, 7, 9] }
    let mirrored = (0..<height).flatMap { bytes[$0 * width..<($0 + 1) * width].reversed() }
    let resampling = BilinearResampling(fromHeight: height, width: width, toHeight: 4, width: 5)
    let expected = resampling.applied(to: bytes, columnStride: 1, rowStride: width)
    expectIdentical(
      resampling.applied(to: transposedBytes, columnStride: height, rowStride: 1), expected,
      "transposed")
    expectIdentical(
      resampling.applied(to: interleaved, columnStride: 3, rowStride: 3 * width), expected,
      "interleaved")
    expectIdentical(
      resampling.applied(to: mirrored, from: width - 1, columnStride: -1, rowStride: width),
      expected, "mirrored")
  }
}

extension BilinearResampling {
  /// Resamples one plane of `bytes`, whose upper left pixel is the byte `first`.
  func applied(
    to bytes: [UInt8], from first: Int = 0, columnStride: Int, rowStride: Int
  ) -> [UInt8] {
    var target = [UInt8](repeating: 0xEE, count: outputHeight * outputWidth)
    var scratch = [UInt8](repeating: 0xEE, count: scratchByteCount)
    bytes.withUnsafeBufferPointer { source in
      guard let base = source.baseAddress else { return }
      resample(
        base + first, columnStride: columnStride, rowStride: rowStride, into: &target,
        scratch: &scratch)
    }
    return target
  }
}

extension [UInt8] {
  /// The planes of an image, `[planes, height, width]`, in another size.
  func resampled(
    planes: Int = 3, height: Int, width: Int, toHeight: Int, width newWidth: Int
  ) -> [UInt8] {
    let resampling = BilinearResampling(
      fromHeight: height, width: width, toHeight: toHeight, width: newWidth)
    return (0..<planes).flatMap { plane in
      let bytes = Array(self[plane * height * width..<(plane + 1) * height * width])
      return resampling.applied(to: bytes, columnStride: 1, rowStride: width)
    }
  }
}
