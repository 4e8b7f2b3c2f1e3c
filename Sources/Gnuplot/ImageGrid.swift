import TensorFiles

/// A picture of packed colours, row by row.
package struct PackedImage: Equatable {
  /// A transparent pixel, around and between pictures, that shows the background.
  package static let ground = -1

  package let width: Int
  package let height: Int
  package let pixels: [Int]

  /// - Precondition: `pixels.count == width * height`.
  package init(width: Int, height: Int, pixels: [Int]) {
    precondition(
      pixels.count == width * height, "\(pixels.count) pixels for \(width) × \(height)")
    (self.width, self.height, self.pixels) = (width, height, pixels)
  }

  /// A picture from its red, green and blue planes, `[3, height, width]`.
  package init(planes: ArraySlice<UInt8>, width: Int, height: Int) {
    let area = width * height
    precondition(
      planes.count == 3 * area, "\(planes.count) bytes for 3 × \(height) × \(width) pixels")
    let start = planes.startIndex
    self.init(
      width: width, height: height,
      pixels: (0..<area).map { place in
        Color(
          red: planes[start + place], green: planes[start + area + place],
          blue: planes[start + 2 * area + place]
        ).packed
      })
  }

  /// Each pixel as a square of `factor` × `factor`.
  package func enlarged(by factor: Int) -> PackedImage {
    let (newWidth, newHeight) = (width * factor, height * factor)
    return PackedImage(
      width: newWidth, height: newHeight,
      pixels: (0..<newWidth * newHeight).map { place in
        pixels[place / newWidth / factor * width + place % newWidth / factor]
      })
  }

  /// Each square of `factor` × `factor` pixels becomes their rounded mean; remaining pixels at the
  /// right and the bottom are cut off.
  ///
  /// - Precondition: there is at least one whole square.
  package func reduced(by factor: Int) -> PackedImage {
    guard factor > 1 else { return self }
    let (newWidth, newHeight) = (width / factor, height / factor)
    precondition(newWidth > 0 && newHeight > 0, "\(width) × \(height) reduced by \(factor)")
    func mean(x: Int, y: Int, shift: Int) -> Int {
      var sum = 0
      for row in y * factor..<(y + 1) * factor {
        for column in x * factor..<(x + 1) * factor {
          sum += pixels[row * width + column] >> shift & 0xFF
        }
      }
      return (sum + factor * factor / 2) / (factor * factor)
    }
    return PackedImage(
      width: newWidth, height: newHeight,
      pixels: (0..<newWidth * newHeight).map { place in
        let (x, y) = (place % newWidth, place / newWidth)
        return [16, 8, 0].reduce(0) { $0 | mean(x: x, y: y, shift: $1) << $1 }
      })
  }
}

/// Images of one size laid out in rows, with a gap around each.
package struct ImageGrid {
  /// Packed colours, `[row][column]`.
  package let pixels: [[Int]]
  private let gap: Int
  private let tileWidth: Int
  private let tileHeight: Int
  private let columnPitch: Int
  private let rowPitch: Int

  package var width: Int { pixels.first?.count ?? 0 }
  package var height: Int { pixels.count }

  /// - Parameters:
  ///   - rows: A row may be empty, or shorter than the others.
  ///   - gap: Background pixels above and below an image.
  ///   - sideGap: Background pixels to the left and right of an image; `gap` if nil.
  ///   - below: Background pixels below each row, for captions.
  /// - Precondition: there is at least one image, and all have the same size.
  package init(rows: [[PackedImage]], gap: Int = 1, sideGap: Int? = nil, below: Int = 0) {
    guard let first = rows.lazy.flatMap({ $0 }).first else {
      preconditionFailure("a grid of no images")
    }
    precondition(
      rows.joined().allSatisfy { ($0.width, $0.height) == (first.width, first.height) },
      "images of several sizes in one grid")
    (tileWidth, tileHeight, self.gap) = (first.width, first.height, gap)
    let sideGap = sideGap ?? gap
    columnPitch = tileWidth + 2 * sideGap
    rowPitch = tileHeight + 2 * gap + below
    let widest = rows.map(\.count).max() ?? 0
    let blankRow = [Int](repeating: PackedImage.ground, count: widest * columnPitch)
    var pixels = [[Int]](repeating: blankRow, count: rows.count * rowPitch)
    for (row, images) in rows.enumerated() {
      for (column, image) in images.enumerated() {
        let left = column * columnPitch + sideGap
        for y in 0..<image.height {
          pixels[row * rowPitch + gap + y].replaceSubrange(
            left..<left + image.width,
            with: image.pixels[y * image.width..<(y + 1) * image.width])
        }
      }
    }
    self.pixels = pixels
  }

  /// The vertical middle of a row's images, in pixels.
  package func center(ofRow row: Int) -> Double {
    Double(row * rowPitch + gap) + Double(tileHeight - 1) / 2
  }

  /// The horizontal middle of a column, in pixels.
  package func center(ofColumn column: Int) -> Double {
    Double(column * columnPitch) + Double(columnPitch - 1) / 2
  }

  /// The lower edge of a row's images, in pixels.
  package func bottom(ofRow row: Int) -> Double {
    Double(row * rowPitch + gap + tileHeight) - 0.5
  }

  /// The grid as a figure in which each pixel is a square of `magnification` screen pixels.
  ///
  /// - Parameters:
  ///   - left, top: Screen pixels reserved for names and titles.
  ///   - note: A note below the title.
  ///   - rowNames: Names to the left of the rows; may be empty.
  ///   - captions: Captions, positioned in pixels of the grid.
  ///   - isNarrow: Whether the figure is for a narrow screen.
  package func figure(
    name: String, title: String, note: String? = nil, magnification: Int, left: Int = 20,
    top: Int = 60, rowNames: [String] = [], captions: [Panel.Caption] = [], isNarrow: Bool = false
  ) -> Figure {
    let breaks = isNarrow ? title.count / (Figure.narrowWidth / 11) : 0
    let top = top + (note == nil ? 0 : 30) + 24 * breaks
    // Row names and the title, which is centred above the grid, must not extend beyond the picture.
    let names =
      rowNames.map { PrintableText.width(of: Text.shortened(PrintableText.flattened($0))) }.max()
      ?? 0
    // A narrow figure breaks its title into lines.
    let lines =
      isNarrow
      ? Figure.wrapped(title, at: Figure.narrowWidth / 11)
        + (note.map { Figure.wrapped($0, at: Figure.narrowWidth / 11) } ?? [])
      : [title, note ?? ""]
    let titleWidth = lines.map { PrintableText.width(of: $0) * FigureStyle.titlePixels / 2 }
    let overhang = max(0, ((titleWidth.max() ?? 0) - width * magnification) / 2)
    let left = max(left, names * 10 + 20, overhang + 10)
    let frame = Panel.Frame(
      left: left, top: top, width: width * magnification, height: height * magnification)
    let places = rowNames.enumerated().map { row, name in
      (position: center(ofRow: row), name: name)
    }
    let panel = Panel(
      horizontal: Axis("", from: -0.5, to: Double(width) - 0.5, ticks: .none),
      vertical: Axis(
        "", from: -0.5, to: Double(height) - 0.5, ticks: places.isEmpty ? .none : .placed(places),
        reversed: true),
      series: [Series(nil, .image)], legend: .none, captions: captions, frame: frame)
    var figure = Figure(
      name: name, title: title, note: note, width: left + frame.width + max(20, overhang + 10),
      height: top + frame.height + 20,
      panels: [panel], data: .image(pixels))
    figure.isNarrow = isNarrow
    return figure
  }
}
