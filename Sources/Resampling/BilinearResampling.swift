/// Resizes a plane of bytes, with the same result as `Image.resize(…, BILINEAR)` of the Python
/// Imaging Library, which `torchvision.transforms.Resize` calls.
///
/// Rows are resampled first, then columns; as in that library, the intermediate result is rounded
/// to bytes. The weights are computed once and can be used for any number of planes and threads.
public struct BilinearResampling: Sendable {
  /// Rows and columns of the result.
  public let outputHeight: Int
  public let outputWidth: Int
  private let horizontal: AxisWeights
  private let vertical: AxisWeights
  /// Rows of the source on which the result depends.
  private let rows: Range<Int>

  /// - Parameters:
  ///   - rows: The rows of the resized plane to compute; all if nil.
  ///   - columns: The columns to compute; all if nil.
  /// - Precondition: extents are positive and at most `largestSide`; the windows are not empty and
  ///   within the resized plane.
  public init(
    fromHeight inputHeight: Int, width inputWidth: Int, toHeight height: Int, width: Int,
    rows: Range<Int>? = nil, columns: Range<Int>? = nil
  ) {
    precondition(
      max(inputHeight, inputWidth) <= Self.largestSide,
      "a plane of \(inputWidth) × \(inputHeight), at most \(Self.largestSide) a side")
    horizontal = AxisWeights(from: inputWidth, to: width, window: columns ?? 0..<width)
    vertical = AxisWeights(from: inputHeight, to: height, window: rows ?? 0..<height)
    outputHeight = vertical.firsts.count
    outputWidth = horizontal.firsts.count
    self.rows = vertical.inputs
  }

  /// The longest side of a source. With more inputs, the sum of the rounded weights could exceed
  /// one so far that a sum overflows 32 bits.
  public static let largestSide = 1 << 20

  /// Bytes of scratch memory that one call needs.
  public var scratchByteCount: Int {
    rows.count * outputWidth + outputWidth * MemoryLayout<Int32>.stride + Self.alignment
  }
  private static let alignment = MemoryLayout<Int32>.alignment

  /// Resamples one plane.
  ///
  /// - Parameters:
  ///   - source: The byte of the upper left pixel.
  ///   - columnStride: Bytes from a pixel to its right neighbour; not 1 if channels are
  ///     interleaved, negative if the plane is read mirrored.
  ///   - rowStride: Bytes from a pixel to the one below.
  ///   - target: Room for `outputHeight * outputWidth` bytes, written row by row.
  ///   - scratch: Room for `scratchByteCount` bytes.
  public func resample(
    _ source: UnsafePointer<UInt8>, columnStride: Int, rowStride: Int,
    into target: UnsafeMutablePointer<UInt8>, scratch: UnsafeMutablePointer<UInt8>
  ) {
    let sums = UnsafeMutableRawPointer(scratch).alignedUp(for: Int32.self)
      .bindMemory(to: Int32.self, capacity: outputWidth)
    let between = UnsafeMutableRawPointer(sums + outputWidth)
      .assumingMemoryBound(to: UInt8.self)
    for row in rows {
      narrow(
        source + row * rowStride, stride: columnStride,
        into: between + (row - rows.lowerBound) * outputWidth)
    }
    for row in 0..<outputHeight {
      blend(between, row: row, sums: sums, into: target + row * outputWidth)
    }
  }

  // Products of a byte and weights that sum to 2²² stay below 2³¹: the sums cannot overflow.
  private static let half = Int32(1) << (AxisWeights.fractionBits - 1)

  private static func byte(_ sum: Int32) -> UInt8 {
    UInt8(truncatingIfNeeded: min(sum >> Int32(AxisWeights.fractionBits), 255))
  }

  /// Resamples one row of the source to the output's width.
  private func narrow(
    _ source: UnsafePointer<UInt8>, stride: Int, into line: UnsafeMutablePointer<UInt8>
  ) {
    horizontal.weights.withUnsafeBufferPointer { weights in
      for column in 0..<outputWidth {
        var sum = Self.half
        let first = source + horizontal.firsts[column] * stride
        let base = column * horizontal.stride
        for tap in 0..<horizontal.counts[column] {
          sum &+= Int32(first[tap * stride]) &* weights[base + tap]
        }
        line[column] = Self.byte(sum)
      }
    }
  }

  /// Computes one row of the output from rows of the output's width.
  private func blend(
    _ lines: UnsafePointer<UInt8>, row: Int, sums: UnsafeMutablePointer<Int32>,
    into line: UnsafeMutablePointer<UInt8>
  ) {
    let width = outputWidth
    sums.update(repeating: Self.half, count: width)
    for tap in 0..<vertical.counts[row] {
      let weight = vertical.weights[row * vertical.stride + tap]
      let source = lines + (vertical.firsts[row] - rows.lowerBound + tap) * width
      for column in 0..<width { sums[column] &+= Int32(source[column]) &* weight }
    }
    for column in 0..<width { line[column] = Self.byte(sums[column]) }
  }
}
