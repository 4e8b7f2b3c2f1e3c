extension Augmentation {
  /// Writes the window whose upper left corner is at (top, left) of the image, possibly outside it.
  ///
  /// Shapes here and below: source and target `[channels, side, side]`; they don't overlap.
  public static func shift(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, channels: Int,
    side: Int, top: Int, left: Int, fill: CropFill
  ) {
    precondition(abs(top) < side && abs(left) < side, "a shift of (\(top), \(left)) on \(side)")
    // Columns inside the image; columns beside them are reflected or black.
    let inside = max(-left, 0)..<side - max(left, 0)
    for channel in 0..<channels {
      let plane = source + channel * side * side
      for row in 0..<side {
        let line = target + (channel * side + row) * side
        let sourceRow = place(row + top, side, fill)
        guard sourceRow >= 0 else {
          line.update(repeating: 0, count: side)
          continue
        }
        let sourceLine = plane + sourceRow * side
        (line + inside.lowerBound)
          .update(from: sourceLine + inside.lowerBound + left, count: inside.count)
        func fillColumns(_ columns: Range<Int>) {
          for column in columns {
            let sourceColumn = place(column + left, side, fill)
            line[column] = sourceColumn >= 0 ? sourceLine[sourceColumn] : 0
          }
        }
        fillColumns(0..<inside.lowerBound)
        fillColumns(inside.upperBound..<side)
      }
    }
  }

  /// The source position for `position`, or −1 if there is none.
  private static func place(_ position: Int, _ side: Int, _ fill: CropFill) -> Int {
    if position >= 0 && position < side { return position }
    switch fill {
    case .zero: return -1
    case .reflect: return position < 0 ? -position : 2 * (side - 1) - position
    }
  }

  /// Writes the image mirrored horizontally.
  public static func mirror(
    _ source: UnsafePointer<UInt8>, into target: UnsafeMutablePointer<UInt8>, channels: Int,
    side: Int
  ) {
    for line in 0..<channels * side {
      let from = source + line * side
      let to = target + line * side
      for column in 0..<side { to[column] = from[side - 1 - column] }
    }
  }

  /// Makes a rectangle of an image black; the part outside the image is ignored.
  public static func blacken(
    _ image: UnsafeMutablePointer<UInt8>, channels: Int, side: Int, rows: Range<Int>,
    columns: Range<Int>
  ) {
    let columns = columns.clamped(to: 0..<side)
    for channel in 0..<channels {
      for row in rows.clamped(to: 0..<side) {
        let line = image + (channel * side + row) * side
        for column in columns { line[column] = 0 }
      }
    }
  }
}
