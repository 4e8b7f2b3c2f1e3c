import CheckedNumbers
import Gnuplot
import Records

/// The figures of a training's worked examples.
public enum ExampleFigures {
  /// A channel's values before and after a norm, as two histograms over the same bins.
  ///
  /// - Parameters:
  ///   - edges: The edges of the bins, one more than bins.
  ///   - before, after: The number of values in each bin.
  ///   - subject: The channel and its layer, as named in titles.
  ///   - file: The file that contains them, for errors.
  /// - Throws: `LogError.structure` if the edges do not increase.
  /// - Precondition: there is one count for each bin.
  public static func normalization(
    edges: [Double], before: [Int], after: [Int], subject: String, file: String
  ) throws(LogError) -> Figure {
    precondition(
      before.count == after.count && edges.count == before.count + 1,
      "\(edges.count) edges of \(before.count) and \(after.count) bins")
    guard !before.isEmpty else {
      throw .structure(
        file: file, place: "counts", problem: "expected at least one bin, found none")
    }
    for (index, pair) in zip(edges, edges.dropFirst()).enumerated()
    where !(pair.0 < pair.1) || !pair.0.isFinite || !pair.1.isFinite {
      throw .structure(
        file: file, place: "edges, bin \(index)",
        problem: "expected rising numbers, found \(pair.0) and \(pair.1)")
    }
    func percent(_ counts: [Int]) -> DataTable.Values {
      let total = max(counts.reduce(0.0) { $0 + Double($1) }, 1)
      return .numbers(counts.map { 100 * Double($0) / total })
    }
    let data = DataTable([
      "middle": .numbers(zip(edges, edges.dropFirst()).map { $0 + ($1 - $0) / 2 }),
      "before_percent": percent(before), "after_percent": percent(after),
    ])
    let panel = Panel(
      horizontal: Axis("value"), vertical: Axis("fraction of the values (%)", from: 0),
      series: [
        Series(
          "before the norm", .levels(x: "middle", y: "before_percent"), color: Palette.vermilion),
        Series("after the norm", .levels(x: "middle", y: "after_percent"), color: Palette.blue),
      ])
    return Figure(
      name: "normalization", title: "Batch norm: \(subject)", height: 480, panels: [panel],
      data: .table(data))
  }

  /// Width and height of a tile of `featureMap`, in pixels of the figure.
  private static let tile = 112

  /// An image with the window of the example, the filter and its feature map: before training in
  /// the first row, after it in the second. In filters and maps, mid-grey is zero.
  ///
  /// - Parameters:
  ///   - image: Bytes `[3, side, side]`.
  ///   - filters: Weights `[2, channels, height, width]`, of one or three channels.
  ///   - maps: Values `[2, height, width]`.
  ///   - window: Top, left, height and width in the network's input.
  ///   - place: Row and column in the map, and the side of the network's input.
  ///   - file: The file that contains them, for errors.
  /// - Throws: `LogError.structure` if the shapes are different.
  /// - Precondition: the numbers of values agree with the shapes.
  public static func featureMap(
    image: [UInt8], side: Int, filters: [Float], filterShape: [Int], maps: [Float],
    mapShape: [Int], window: [Int], place: [Int], subject: String, file: String
  ) throws(LogError) -> Figure {
    func require(_ holds: Bool, _ place: String, _ expected: String, _ found: [Int])
      throws(LogError)
    {
      guard holds else {
        throw .structure(
          file: file, place: place, problem: "expected \(expected), found \(found)")
      }
    }
    try require((1...4_096).contains(side), "image", "a side of 1 to 4096", [side])
    try require(
      filterShape.count == 4 && filterShape[0] == 2 && filterShape[1] == 3
        && filterShape.allSatisfy { (1...4_096).contains($0) }, "filters", "shape [2, 3, h, w]",
      filterShape)
    try require(
      mapShape.count == 3 && mapShape[0] == 2 && mapShape.allSatisfy { (1...4_096).contains($0) },
      "maps", "shape [2, h, w]", mapShape)
    try require(
      window.count == 4 && window.allSatisfy { (-4_096...4_096).contains($0) } && window[2] > 0
        && window[3] > 0, "window", "top, left, height and width", window)
    try require(
      place.count == 3 && (0..<mapShape[1]).contains(place[0])
        && (0..<mapShape[2]).contains(place[1]) && (1...4_096).contains(place[2]), "place",
      "a row and a column of the map, and a side", place)
    precondition(
      image.count == 3 * side * side && filters.count == filterShape.reduce(1, *)
        && maps.count == mapShape.reduce(1, *),
      "\(image.count) bytes, \(filters.count) weights and \(maps.count) values")
    let picture = PackedImage(planes: image[...], width: side, height: side).fitted(to: tile)
      .framed(
        top: window[0], left: window[1], height: window[2], width: window[3], of: place[2])
    let rows = (0..<2).map { row in
      [
        picture, filterTile(filters, filterShape, row), mapTile(maps, mapShape, row, place: place),
      ]
    }
    let grid = ImageGrid(rows: rows, gap: 2, sideGap: 6)
    func figure(_ name: String, magnification: Int, rowNames: [String]) -> Figure {
      let captions = zip(["image", "filter", "feature map"], 0...).map { name, column in
        Panel.Caption(name, x: grid.center(ofColumn: column), y: -12 / Double(magnification))
      }
      return grid.figure(
        name: name, title: subject, magnification: magnification, top: 80, rowNames: rowNames,
        captions: captions,
        isNarrow: name.hasSuffix("-narrow"))
    }
    return figure(
      "feature-map", magnification: 2, rowNames: ["before training", "after training"]
    ).with(narrow: figure("feature-map-narrow", magnification: 1, rowNames: ["before", "after"]))
  }

  private static func filterTile(_ filters: [Float], _ shape: [Int], _ row: Int) -> PackedImage {
    let size = shape[1] * shape[2] * shape[3]
    let bytes = greys(filters[row * size..<(row + 1) * size])
    return PackedImage(planes: bytes[...], width: shape[3], height: shape[2]).fitted(to: tile)
  }

  private static func mapTile(
    _ maps: [Float], _ shape: [Int], _ row: Int, place: [Int]
  ) -> PackedImage {
    let area = shape[1] * shape[2]
    let bytes = greys(maps[row * area..<(row + 1) * area])
    return PackedImage(planes: (bytes + bytes + bytes)[...], width: shape[2], height: shape[1])
      .fitted(to: tile)
      .framed(
        top: place[0], left: place[1], height: 1, width: 1, of: max(shape[1], shape[2]))
  }

  /// Values as bytes: zero is mid-grey, the largest magnitude black or white.
  static func greys(_ values: ArraySlice<Float>) -> [UInt8] {
    let largest = values.lazy.map(\.magnitude).filter(\.isFinite).max() ?? 0
    return values.map { value in
      guard value.isFinite, largest > 0 else { return 128 }
      // The division comes first, since 127.5 times a large value could overflow.
      return UInt8(rounding: 127.5 + 127.5 * (value / largest))
    }
  }
}
