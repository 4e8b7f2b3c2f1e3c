/// The window of input positions behind each output position along one axis.
public struct PoolingWindows: Sendable, Equatable {
  public let starts: [Int32]
  public let ends: [Int32]

  public var count: Int { starts.count }

  /// Windows of `size` every `stride` positions.
  ///
  /// - Parameter ceilMode: Whether to keep a last window that runs past the input, cut at the
  ///   input's end.
  public init(extent: Int, size: Int, stride: Int, ceilMode: Bool) {
    precondition(
      size > 0 && stride > 0 && (ceilMode ? extent > 0 : extent >= size),
      "windows of \(size) every \(stride) on an extent of \(extent)")
    let free = max(extent - size, 0)
    var count = (ceilMode ? free + stride - 1 : free) / stride + 1
    // As in PyTorch: a window that would begin beyond the input is dropped.
    if (count - 1) * stride >= extent { count -= 1 }
    starts = (0..<count).map { Int32($0 * stride) }
    ends = (0..<count).map { Int32(min($0 * stride + size, extent)) }
  }

  /// `count` windows that divide the extent as evenly as whole positions allow; they overlap if the
  /// extent isn't divisible: window i covers ⌊i · extent / count⌋ ..< ⌈(i + 1) · extent / count⌉.
  public init(extent: Int, adaptiveCount count: Int) {
    precondition(extent > 0 && count > 0, "\(count) windows on an extent of \(extent)")
    starts = (0..<count).map { Int32($0 * extent / count) }
    ends = (0..<count).map { Int32((($0 + 1) * extent + count - 1) / count) }
  }

  /// The length of the longest window.
  public var longest: Int { zip(starts, ends).map { Int($1 - $0) }.max() ?? 0 }

  /// For each position of an input of this extent, the windows that contain it. They are
  /// contiguous, because starts and ends never decrease.
  public func covering(extent: Int) -> [Range<Int32>] {
    (0..<Int32(extent)).map { position in
      let first = ends.firstIndex { $0 > position } ?? count
      let end = starts.firstIndex { $0 > position } ?? count
      return Int32(first)..<Int32(max(first, end))
    }
  }
}
