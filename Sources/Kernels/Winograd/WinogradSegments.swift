/// How a kernel of 3 or 5 taps along an axis is cut into what F(2, 3) knows: 5 = 2 + 3.
///
/// A segment begins two taps after the one before it, as a tile of outputs begins two pixels after its
/// neighbour. So what the second segment reads for a tile is what the first one reads for the next: all share
/// the same transformed inputs. Of two taps the last point is zero: 5×5 outputs take (3 + 4)² = 49 products a
/// tile where the formula has 100, and round no more than 3×3.
struct WinogradSegments {
  /// Along either axis.
  let count: Int

  init(kernel: Int) { count = kernel / 2 }

  /// Segments of a kernel.
  var total: Int { count * count }

  /// The taps of a segment along an axis.
  func taps(_ segment: Int) -> Range<Int> {
    2 * segment..<2 * segment + (segment == count - 1 ? 3 : 2)
  }

  /// Visits the segments of a kernel.
  @inline(__always)
  func forEachSegment(_ body: (_ segment: Int, _ row: Int, _ column: Int) -> Void) {
    for row in 0..<count {
      for column in 0..<count { body(row * count + column, row, column) }
    }
  }

  /// Visits those that are not zero at a point.
  @inline(__always)
  func forEachSegment(
    atPoint point: Int, _ body: (_ segment: Int, _ row: Int, _ column: Int) -> Void
  ) {
    // At the last row or column of points only the last segment has something.
    let (firstRow, firstColumn) = (point / 4 == 3 ? count - 1 : 0, point % 4 == 3 ? count - 1 : 0)
    forEachSegment { segment, row, column in
      if row >= firstRow && column >= firstColumn { body(segment, row, column) }
    }
  }
}
