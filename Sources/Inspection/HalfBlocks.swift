import Pictures
import TensorFiles

/// Pictures in a terminal: each character cell is an upper half block, whose foreground colour is
/// one pixel and whose background colour is the pixel below, in 24-bit ANSI escapes.
public enum HalfBlocks {
  /// A picture as lines of `image.width` cells, each with two rows of pixels. Lines end with a
  /// reset of the colours. If the height is odd, the lower half of the last line has the terminal's
  /// background.
  public static func lines(of image: PixelImage) -> [String] {
    stride(from: 0, to: image.height, by: 2).map { y in
      var line = ""
      var last = ""
      for x in 0..<image.width {
        let upper = image.pixel(x: x, y: y)
        var colours = "\u{1B}[38;2;\(upper.red);\(upper.green);\(upper.blue)"
        if y + 1 < image.height {
          let lower = image.pixel(x: x, y: y + 1)
          colours += ";48;2;\(lower.red);\(lower.green);\(lower.blue)"
        }
        colours += "m"
        if colours != last { line += colours }
        last = colours
        line += "▀"
      }
      return line + "\u{1B}[0m"
    }
  }

  /// The tile as drawn in a terminal of `width` columns: halved until it fits, or enlarged if it is
  /// smaller than eight pixels.
  public static func fitted(_ image: PixelImage, width: Int) -> PixelImage {
    if image.width < 8 && image.width * 4 <= width { return image.enlarged(by: 4) }
    var image = image
    while image.width > max(width, 1) { image = image.halved() }
    return image
  }

  /// Tiles in rows with captions below them; no line is wider than `width` cells.
  ///
  /// - Parameter tiles: Pictures of the same size.
  public static func lines(of tiles: [ImageTile], width: Int) -> [String] {
    let images = tiles.map { fitted($0.image, width: width) }
    guard let tileWidth = images.first?.width, tileWidth > 0 else { return [] }
    let perRow = max(1, (width + 1) / (tileWidth + 1))
    let hasCaptions = tiles.contains { !$0.caption.isEmpty }
    var lines: [String] = []
    for start in stride(from: 0, to: tiles.count, by: perRow) {
      let row = start..<min(start + perRow, tiles.count)
      let blocks = row.map { Self.lines(of: images[$0]) }
      for line in 0..<(blocks.map(\.count).max() ?? 0) {
        lines.append(blocks.map { $0[line] }.joined(separator: " "))
      }
      guard hasCaptions else { continue }
      let captions = row.map { index in
        let text = PrintableText.cut(tiles[index].caption, toWidth: tileWidth)
        return text + String(repeating: " ", count: tileWidth - PrintableText.width(of: text))
      }
      lines.append(captions.joined(separator: " "))
    }
    return lines
  }
}
