/// How 3 or 5 taps along an axis are cut into segments for F(2, 3): 5 = 2 + 3.
///
/// A segment begins two taps after the previous one, just as a tile of outputs begins two pixels
/// after its neighbour. So the second segment of a tile reads the same inputs as the first segment
/// of the next tile: all segments share the transformed inputs. A segment of two taps is zero at
/// the last point, so 5×5 needs (3 + 4)² = 49 products for each tile, where the formula has 100,
/// and rounds no more than 3×3. Several segments exist with 2×2 tiles only.
struct WinogradSegments {
  /// Segments along each axis.
  let count: Int

  init(kernel: Int) { count = kernel / 2 }

  /// Segments of a filter, over both axes.
  var total: Int { count * count }

  /// The taps of a segment along an axis.
  func taps(_ segment: Int) -> Range<Int> {
    2 * segment..<2 * segment + (segment == count - 1 ? 3 : 2)
  }

  /// Visits the segments of a filter.
  @inline(__always)
  func forEachSegment(_ body: (_ segment: Int, _ row: Int, _ column: Int) -> Void) {
    for row in 0..<count {
      for column in 0..<count { body(row * count + column, row, column) }
    }
  }

  /// Visits the segments that are not zero at a point.
  @inline(__always)
  func forEachSegment(
    atPoint point: Int, _ body: (_ segment: Int, _ row: Int, _ column: Int) -> Void
  ) {
    // In the last row or column of a 2×2 tile's 4×4 points, only the last segment is not zero.
    let (firstRow, firstColumn) = (point / 4 == 3 ? count - 1 : 0, point % 4 == 3 ? count - 1 : 0)
    forEachSegment { segment, row, column in
      if row >= firstRow && column >= firstColumn { body(segment, row, column) }
    }
  }
}
