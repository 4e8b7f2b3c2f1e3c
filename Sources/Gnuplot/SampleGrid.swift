/// Images laid out in a grid, a row a class, with a white gap around each.
struct SampleGrid {
  static let gap = 1

  /// Packed colours, `[row][column]`.
  let pixels: [[Int]]
  /// Pixels from one image to the next.
  private let pitch: Int

  var width: Int { pixels.first?.count ?? 0 }
  var height: Int { pixels.count }

  /// Shapes: images `[N, 3, side, side]`, labels `[N]`.
  ///
  /// - Parameter columns: Images in a row at most; the first ones of each class are shown.
  init(images: [UInt8], labels: [UInt8], side: Int, classCount: Int, columns: Int) {
    precondition(
      images.count == labels.count * 3 * side * side && !labels.isEmpty,
      "\(images.count) bytes for \(labels.count) images of 3 × \(side) × \(side)")
    precondition(
      labels.allSatisfy { $0 < classCount },
      "label \(labels.max() ?? 0) among \(classCount) classes")
    pitch = side + 2 * Self.gap
    var members = [[Int]](repeating: [], count: classCount)
    for (image, label) in labels.enumerated() where members[Int(label)].count < columns {
      members[Int(label)].append(image)
    }
    let widest = members.map(\.count).max() ?? 0
    let blankRow = [Int](repeating: Palette.white.packed, count: widest * pitch)
    var pixels = [[Int]](repeating: blankRow, count: classCount * pitch)
    for (row, members) in members.enumerated() {
      for (column, image) in members.enumerated() {
        Self.draw(
          images[(image * 3 * side * side)...].prefix(3 * side * side), side: side,
          atRow: row * pitch + Self.gap, column: column * pitch + Self.gap, into: &pixels)
      }
    }
    self.pixels = pixels
  }

  /// The vertical middle of a row, in pixels.
  func center(ofRow row: Int) -> Double {
    Double(row * pitch) + Double(pitch - 1) / 2
  }

  /// Draws one image, planes red, green, blue.
  private static func draw(
    _ image: ArraySlice<UInt8>, side: Int, atRow top: Int, column left: Int,
    into pixels: inout [[Int]]
  ) {
    let planes = Array(image)
    let area = side * side
    for y in 0..<side {
      for x in 0..<side {
        let place = y * side + x
        let color = Color(
          red: planes[place], green: planes[area + place], blue: planes[2 * area + place])
        pixels[top + y][left + x] = color.packed
      }
    }
  }
}
