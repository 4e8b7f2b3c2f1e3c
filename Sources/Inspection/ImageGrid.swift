import Pictures

/// Arranges pictures of the same size in one picture.
public enum ImageGrid {
  /// The tiles, row by row, in a grid that is as nearly square as possible.
  ///
  /// - Parameters:
  ///   - gap: White pixels between tiles and around them.
  ///   - leastTileWidth: Smaller tiles are enlarged by a whole factor until they are this wide.
  /// - Precondition: there is at least one tile, and all have the same size.
  public static func picture(
    of tiles: [ImageTile], gap: Int = 2, leastTileWidth: Int = 64
  ) -> PixelImage {
    precondition(!tiles.isEmpty, "a grid needs a picture")
    let (width, height) = (tiles[0].image.width, tiles[0].image.height)
    // A tile may be narrow but very high: the enlarged tile must not exceed a million pixels.
    let wanted = (leastTileWidth + width - 1) / max(width, 1)
    let factor = max(1, min(wanted, 1 << 20 / max(width * height * wanted, 1)))
    let columns = columnCount(for: tiles.count)
    let rows = (tiles.count + columns - 1) / columns
    let (stepX, stepY) = (width * factor + gap, height * factor + gap)
    var picture = PixelImage(width: columns * stepX + gap, height: rows * stepY + gap, grey: 255)
    for (index, tile) in tiles.enumerated() {
      precondition(
        tile.image.width == width && tile.image.height == height,
        "tile \(index) is \(tile.image.width) × \(tile.image.height), others \(width) × \(height)")
      picture.place(
        tile.image.enlarged(by: factor),
        x: gap + index % columns * stepX, y: gap + index / columns * stepY)
    }
    return picture
  }

  /// The smallest whole number whose square is at least `count`.
  static func columnCount(for count: Int) -> Int {
    var columns = 1
    while columns * columns < count { columns += 1 }
    return columns
  }
}
