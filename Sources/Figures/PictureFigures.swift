import CheckedNumbers
import Gnuplot
import Records

/// The figures that show individual images: filters, augmented images and mistakes.
public struct PictureFigures: Sendable {
  private let status: RunStatus

  public init(status: RunStatus) {
    self.status = status
  }

  /// The first layer's filters: zero is mid-grey, the largest weight of each filter
  /// black or white.
  ///
  /// - Parameters:
  ///   - shape: `[count, 3, height, width]`.
  ///   - weights: The weights, in the order of the shape.
  ///   - file: The file that contains them, for errors.
  /// - Throws: `LogError.structure` if they are not filters of RGB images.
  public func filters(
    shape: [Int], weights: [Float], file: String
  ) throws(LogError) -> Figure {
    guard shape.count == 4, shape[1] == 3, shape.allSatisfy({ $0 > 0 }) else {
      throw .structure(
        file: file, place: "filters", problem: "expected shape [n, 3, h, w], found \(shape)")
    }
    let (count, height, width) = (shape[0], shape[2], shape[3])
    precondition(
      weights.count == count * 3 * height * width, "\(weights.count) weights for \(shape)")
    let shown = min(count, Self.mostFilters)
    let size = 3 * height * width
    let tiles = (0..<shown).map { index in
      let bytes = ExampleFigures.greys(weights[index * size..<(index + 1) * size])
      return PackedImage(planes: bytes[...], width: width, height: height)
        .enlarged(by: max(1, 24 / max(height, width)))
    }
    let number = shown == count ? "\(count)" : "the first \(shown) of \(count)"
    func figure(_ name: String, across: Int, room: Int) -> Figure {
      let grid = ImageGrid(rows: Self.rows(of: tiles, across: across), gap: 2)
      return grid.figure(
        name: name,
        title: status.qualified("First-layer filters: \(number) of \(height) × \(width)"),
        magnification: max(1, min(8, room / grid.width)), left: room / 22,
        isNarrow: name.hasSuffix("-narrow"))
    }
    let across = Self.columns(for: shown)
    return figure("filters", across: across, room: 880)
      .with(narrow: figure("filters-narrow", across: min(across, 8), room: 470))
  }

  /// The largest number of filters shown.
  private static let mostFilters = 96

  /// Some images under many random changes: one row per image, the unchanged image first.
  ///
  /// - Parameters:
  ///   - images: Bytes `[rows, draws, 3, side, side]`.
  ///   - kinds: The kinds of augmentations, separated by spaces.
  ///   - file: The file that contains them, for errors.
  /// - Throws: `LogError.structure` if there is nothing to show.
  /// - Precondition: the number of bytes agrees with the shape.
  public func augmented(
    images: [UInt8], rows: Int, draws: Int, side: Int, kinds: String, file: String
  ) throws(LogError) -> Figure {
    guard rows > 0, draws > 0, side > 0 else {
      throw .structure(
        file: file, place: "images",
        problem: "expected rows, draws and pixels, found \(rows) × \(draws) of \(side) × \(side)")
    }
    let size = 3 * side * side
    precondition(
      images.count == rows * draws * size, "\(images.count) bytes for \(rows) × \(draws) × \(size)")
    let tiles = (0..<rows * draws).map { index in
      PackedImage(planes: images[index * size..<(index + 1) * size], width: side, height: side)
        .reduced(by: (side + 79) / 80)
    }
    let words = kinds.split(separator: " ").joined(separator: ", ")
    func figure(_ name: String, draws shown: Int, room: Int) -> Figure {
      let rows = Self.rows(of: tiles, across: draws).map { Array($0.prefix(shown)) }
      let grid = ImageGrid(rows: rows)
      let magnification = max(1, room / grid.width)
      let above = -10 / Double(magnification)
      var captions = [Panel.Caption("original", x: grid.center(ofColumn: 0), y: above)]
      if shown > 1 {
        let middle = (grid.center(ofColumn: 1) + grid.center(ofColumn: shown - 1)) / 2
        let text = shown < draws ? "draw by draw" : "as the network sees it, draw by draw"
        captions.append(Panel.Caption(text, x: middle, y: above))
      }
      return grid.figure(
        name: name,
        title: status.qualified(kinds.isEmpty ? "No augmentation" : "Augmentation: \(words)"),
        magnification: magnification, top: 90, captions: captions,
        isNarrow: name.hasSuffix("-narrow"))
    }
    return figure("augmented", draws: draws, room: 960)
      .with(narrow: figure("augmented-narrow", draws: min(draws, 5), room: 440))
  }

  /// The wrong predictions with the highest confidence, each with the true class, the predicted
  /// class and the confidence. Images are enlarged or reduced by a whole factor to 81 to 160 screen
  /// pixels.
  ///
  /// - Parameters:
  ///   - images: Bytes `[n, 3, side, side]`; labels, predicted and confidence (0 to 1) `[n]`.
  ///   - subject: The evaluated images, as named in titles.
  ///   - file: The file that contains them, for errors.
  /// - Returns: Nil if there is no mistake.
  /// - Throws: `LogError.structure` if a label is not a class, or a confidence is not between 0 and
  ///   1.
  public func mistakes(
    images: [UInt8], labels: [UInt16], predicted: [UInt16], confidence: [Float], side: Int,
    classNames: [String], subject: String, file: String
  ) throws(LogError) -> Figure? {
    let (count, size) = (labels.count, 3 * side * side)
    precondition(
      images.count == count * size && predicted.count == count && confidence.count == count,
      "\(images.count) bytes, \(predicted.count) answers and \(confidence.count) confidences for "
        + "\(count) images of 3 × \(side) × \(side)")
    for (column, classes) in [("labels", labels), ("predicted", predicted)] {
      if let index = classes.firstIndex(where: { $0 >= classNames.count }) {
        throw .structure(
          file: file, place: "\(column), image \(index)",
          problem: "expected 0 to \(classNames.count - 1), found \(classes[index])")
      }
    }
    if let index = confidence.firstIndex(where: {
      !(0...100).contains((100 * $0).rounded())
    }) {
      throw .structure(
        file: file, place: "confidence, image \(index)",
        problem: "expected 0 to 1, found \(confidence[index])")
    }
    guard count > 0 else { return nil }
    let shown = min(count, 24)
    let tiles = (0..<shown).map { index in
      PackedImage(planes: images[index * size..<(index + 1) * size], width: side, height: side)
        .reduced(by: (side + 159) / 160)
    }
    let tile = tiles[0].width
    func className(_ number: UInt16) -> String {
      Text.name(classNames[Int(number)], to: 11)
    }
    func figure(_ name: String, across: Int, tilePixels: Int, captionWidth: Int) -> Figure {
      let magnification = max(1, tilePixels / tile)
      let pitch = Double(Self.captionHeight) / Double(magnification)
      // Captions are wider than a small image.
      let aside = (captionWidth / magnification - tile + 1) / 2
      let grid = ImageGrid(
        rows: Self.rows(of: tiles, across: across), gap: 1, sideGap: max(1, aside),
        below: Int(clamping: (2 * pitch).rounded(.up)))
      let captions = (0..<shown).flatMap { index in
        let x = grid.center(ofColumn: index % across)
        let y = grid.bottom(ofRow: index / across)
        let percent = Int(rounding: 100 * Double(confidence[index]))
        return [
          Panel.Caption(className(labels[index]), x: x, y: y + 0.5 * pitch),
          Panel.Caption("→ \(className(predicted[index])) \(percent) %", x: x, y: y + 1.4 * pitch),
        ]
      }
      let number = shown == 1 ? "The surest mistake" : "The \(shown) surest mistakes"
      return grid.figure(
        name: name, title: status.qualified("\(number) on \(subject)"),
        magnification: magnification, captions: captions,
        isNarrow: name.hasSuffix("-narrow"))
    }
    return figure(
      "mistakes", across: 6, tilePixels: 160, captionWidth: Self.captionWidth
    ).with(
      narrow: figure("mistakes-narrow", across: 3, tilePixels: 128, captionWidth: 150))
  }

  /// Screen pixels from one line of a caption to the next.
  private static let captionHeight = 20
  /// Screen pixels for a caption: a truncated name, an arrow and a percentage.
  private static let captionWidth = 170

  private static func rows(of tiles: [PackedImage], across: Int) -> [[PackedImage]] {
    stride(from: 0, to: tiles.count, by: across).map { start in
      Array(tiles[start..<min(start + across, tiles.count)])
    }
  }

  /// Columns that make a grid about twice as wide as high.
  private static func columns(for count: Int) -> Int {
    let wanted = Int(clamping: (2 * Double(count)).squareRoot().rounded(.up))
    // Prefers a nearby number that leaves no gap in the last row.
    return (wanted...(wanted + 3)).first { count % $0 == 0 } ?? wanted
  }
}
