extension PackedImage {
  /// The picture as a square of `side` pixels. Each has the colour of the nearest pixel or, if the
  /// picture is larger, the mean of a square.
  package func fitted(to side: Int) -> PackedImage {
    let reduced = reduced(by: max(1, min(width, height) / side))
    return PackedImage(
      width: side, height: side,
      pixels: (0..<side * side).map { place in
        let (y, x) = (place / side * reduced.height / side, place % side * reduced.width / side)
        return reduced.pixels[y * reduced.width + x]
      })
  }

  /// The picture with a frame around a window of it.
  ///
  /// - Parameter whole: The side of the square in whose pixels the window is given.
  package func framed(top: Int, left: Int, height: Int, width: Int, of whole: Int) -> PackedImage {
    func scaled(_ value: Int, _ side: Int) -> Int { value * side / whole }
    let (y0, x0) = (scaled(top, self.height) - 1, scaled(left, self.width) - 1)
    let y1 = max(scaled(top + height, self.height), y0 + 2)
    let x1 = max(scaled(left + width, self.width), x0 + 2)
    let ink = Palette.orange.packed
    return PackedImage(
      width: self.width, height: self.height,
      pixels: pixels.enumerated().map { place, pixel in
        let (y, x) = (place / self.width, place % self.width)
        let isOnRow = (y == y0 || y == y1) && (x0...x1).contains(x)
        let isOnColumn = (x == x0 || x == x1) && (y0...y1).contains(y)
        return isOnRow || isOnColumn ? ink : pixel
      })
  }
}
