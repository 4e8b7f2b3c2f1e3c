import Pictures
import Testing

/// The picture stored as
///
///     0 1 2
///     3 4 5
///
/// as it is looked at.
@Suite struct OrientationTests {
  @Test(
    arguments: [
      (.up, [[0, 1, 2], [3, 4, 5]]),
      (.upMirrored, [[2, 1, 0], [5, 4, 3]]),
      (.down, [[5, 4, 3], [2, 1, 0]]),
      (.downMirrored, [[3, 4, 5], [0, 1, 2]]),
      (.leftMirrored, [[0, 3], [1, 4], [2, 5]]),
      (.right, [[3, 0], [4, 1], [5, 2]]),
      (.rightMirrored, [[5, 2], [4, 1], [3, 0]]),
      (.left, [[2, 5], [1, 4], [0, 3]]),
    ] as [(PictureOrientation, [[Int]])])
  func walks(_ orientation: PictureOrientation, _ expected: [[Int]]) {
    let walk = PixelWalk(width: 3, height: 2, orientation: orientation)
    let seen = (0..<walk.height).map { row in
      (0..<walk.width).map { walk.first + $0 * walk.columnStride + row * walk.rowStride }
    }
    #expect(seen == expected)
  }

  @Test func numbersAreThoseOfExif() {
    #expect(
      PictureOrientation.allCases.map(\.rawValue) == Array(1...8)
        && PictureOrientation.right.rawValue == 6 && PictureOrientation.left.rawValue == 8)
  }
}
