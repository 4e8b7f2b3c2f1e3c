import Gnuplot
import Records
import TensorFiles

/// The figures of a data set: the number of images of each class, the distribution of pixel values,
/// and some of the images.
public struct DataFigures: Sendable {
  /// With up to this number of pixels, ten images of each class are shown, otherwise five: gnuplot
  /// takes about four seconds for a million pixels.
  private static let mostPixels = 500_000

  public let classNames: [String]
  let status: RunStatus

  /// - Parameter data: The status of the data, which titles mention. Reservations about the
  ///   selection of an epoch do not apply here.
  public init(classNames: [String], data: DataStatus) {
    self.classNames = classNames
    status = RunStatus(data: data, selectedOnTest: false)
  }

  /// Images of each class: one bar for each class or, with more than `ManyClasses.limit` classes,
  /// the sorted counts and the classes at both ends.
  ///
  /// - Precondition: there is one count for each class.
  public func classes(counts: [Int]) -> Figure {
    precondition(
      counts.count == classNames.count, "\(counts.count) counts of \(classNames.count) classes")
    guard counts.count <= ManyClasses.limit else { return sortedClasses(counts: counts) }
    let data = DataTable(["images": .integers(counts), "class": .texts(classNames)])
    let panel = Panel(
      horizontal: Axis("", from: -0.6, to: Double(counts.count) - 0.4, ticks: .named(classNames)),
      // The label of the highest bar needs room above it.
      vertical: Axis("images", from: 0, to: Double(max(counts.max() ?? 0, 1)) * 1.1),
      series: [
        Series(nil, .bars(height: "images"), color: Palette.blue)
      ]
        + (ManyClasses.numbersFit(counts, across: 860)
          ? [Series(nil, .barLabels(height: "images"))] : []),
      legend: .none)
    let total = counts.reduce(0, +)
    return Figure(
      name: "classes",
      title: status.qualified("Training images of each class, \(NumberText.grouped(total)) in all"),
      panels: [panel], data: .table(data))
  }

  /// Fraction of the pixels that have each value, for red, green and blue.
  ///
  /// - Parameter counts: `[channel][value]`.
  /// - Precondition: three channels of 256 values.
  public func pixels(counts: [[Int]]) -> Figure {
    precondition(
      counts.count == 3 && counts.allSatisfy { $0.count == 256 },
      "a pixel histogram is [3, 256], found \(counts.map(\.count))")
    func percent(_ channel: [Int]) -> DataTable.Values {
      let total = Double(max(channel.reduce(0, +), 1))
      return .numbers(channel.map { 100 * Double($0) / total })
    }
    let data = DataTable([
      "value": .integers(Array(0...255)), "red_percent": percent(counts[0]),
      "green_percent": percent(counts[1]), "blue_percent": percent(counts[2]),
    ])
    let channels: [(String, PointShape, Color)] = [
      ("red", .disc, Palette.vermilion), ("green", .square, Palette.green),
      ("blue", .triangle, Palette.blue),
    ]
    let panel = Panel(
      horizontal: Axis("pixel value (0 to 255)", from: 0, to: 255, ticks: .every(51)),
      vertical: Axis("fraction of the channel's pixels (%)", from: 0),
      series: channels.map { name, shape, color in
        Series(
          name, .line(x: "value", y: "\(name)_percent", shape: shape, shapeEvery: 16),
          color: color)
      })
    return Figure(
      name: "pixels", title: status.qualified("Pixel values of the training images"),
      panels: [panel], data: .table(data))
  }

  /// A row of up to ten images for each class; with more than `ManyClasses.limit` classes, for
  /// `limit` evenly spaced classes that have images.
  ///
  /// Images are enlarged or reduced by a whole factor to between 33 and 96 screen pixels.
  ///
  /// - Parameters:
  ///   - images: Bytes `[N, 3, side, side]`.
  ///   - labels: `[N]`, each the index of a class.
  ///   - file: The file that contains them, for errors.
  /// - Throws: `LogError.structure` if there is no image, or a label is not a class.
  /// - Precondition: `images.count == labels.count * 3 * side * side`.
  public func samples(
    images: [UInt8], labels: [UInt16], side: Int, file: String
  ) throws(LogError) -> Figure {
    guard !labels.isEmpty else {
      throw .structure(file: file, place: "images", problem: "expected at least one, found none")
    }
    if let index = labels.firstIndex(where: { $0 >= classNames.count }) {
      throw .structure(
        file: file, place: "label of image \(index)",
        problem: "expected 0 to \(classNames.count - 1), found \(labels[index])")
    }
    let size = 3 * side * side
    precondition(
      images.count == labels.count * size,
      "\(images.count) bytes for \(labels.count) images of 3 × \(side) × \(side)")
    var members = [[Int]](repeating: [], count: classNames.count)
    for (index, label) in labels.enumerated() where members[Int(label)].count < 10 {
      members[Int(label)].append(index)
    }
    let shown = ManyClasses.spread(of: members.map { !$0.isEmpty })
    let reduction = (side + 63) / 64
    let tile = side / reduction
    let area = shown.count * (tile + 2) * (tile + 2)
    let rows = shown.map { number in
      members[number].prefix(10 * area <= Self.mostPixels ? 10 : 5).map { index in
        PackedImage(planes: images[index * size..<(index + 1) * size], width: side, height: side)
          .reduced(by: reduction)
      }
    }
    let note = "\(shown.count) of \(NumberText.grouped(classNames.count)) classes, evenly spread"
    func figure(_ name: String, across: Int, tilePixels: Int, left: Int) -> Figure {
      ImageGrid(rows: rows.map { Array($0.prefix(across)) }).figure(
        name: name, title: status.qualified("Training images, a row a class"),
        note: shown.count < classNames.count ? note : nil,
        magnification: max(1, tilePixels / tile), left: left,
        rowNames: shown.map { classNames[$0] }, isNarrow: name.hasSuffix("-narrow"))
    }
    return figure("samples", across: 10, tilePixels: 96, left: 190)
      .with(narrow: figure("samples-narrow", across: 5, tilePixels: 64, left: 100))
  }
}
