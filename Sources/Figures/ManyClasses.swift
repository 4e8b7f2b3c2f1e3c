import Gnuplot
import TensorFiles

/// The limits of figures for more classes than can be drawn individually.
enum ManyClasses {
  /// With up to this number of classes, each has its own bar, row and name.
  static let limit = 30
  /// With up to this number of classes, each has its own curve: ten colours with two shapes each.
  static let curveLimit = 20
  /// Number of classes at each end of a ranking that are drawn.
  static let rankedEnd = 20
  /// Number of classes at each end of a ranking that are listed next to a figure.
  static let listedEnd = 10

  /// Whether `count` of the numbers fit side by side into `width` pixels.
  static func numbersFit(_ numbers: [Int], inRowsOf count: Int? = nil, across width: Int) -> Bool {
    let digits = numbers.map { String($0).count }.max() ?? 0
    let room = Double(width) / Double(max(count ?? numbers.count, 1))
    return Double(digits) * FigureStyle.characterPixels + 2 <= room
  }

  /// The indices of the classes that have their own row: all if there are at most `limit`,
  /// otherwise `limit` evenly spaced ones of those that have images.
  static func spread(of isOccupied: [Bool]) -> [Int] {
    guard isOccupied.count > limit else { return Array(isOccupied.indices) }
    let occupied = isOccupied.indices.filter { isOccupied[$0] }
    guard occupied.count > limit else { return occupied }
    return (0..<limit).map { occupied[$0 * occupied.count / limit] }
  }

  /// "one class", "3 classes".
  static func counted(_ count: Int) -> String {
    count == 1 ? "one class" : "\(NumberText.grouped(count)) classes"
  }
}

extension DataFigures {
  /// The counts in descending order as steps, and below them the classes with the most and the
  /// fewest images.
  func sortedClasses(counts: [Int]) -> Figure {
    let order = counts.indices.sorted { (counts[$1], $0) < (counts[$0], $1) }
    let data = DataTable([
      "rank": .integers(Array(1...order.count)), "images": .integers(order.map { counts[$0] }),
      "class": .texts(order.map { classNames[$0] }),
    ])
    func list(_ heading: String, _ classes: some Sequence<Int>, left: Int) -> Panel.TextColumn {
      let lines = classes.map { index in
        "\(Text.name(classNames[index], to: 34)): \(NumberText.grouped(counts[index]))"
      }
      return Panel.TextColumn(lines: [heading] + lines, left: left, top: 610)
    }
    let panel = Panel(
      horizontal: Axis(
        "rank of the class, by number of images", from: 0.5, to: Double(order.count) + 0.5),
      vertical: Axis("images", from: 0, to: Double(max(counts.max() ?? 0, 1)) * 1.1),
      series: [Series(nil, .levels(x: "rank", y: "images"), color: Palette.blue)], legend: .none,
      texts: [
        list("Most images", order.prefix(ManyClasses.listedEnd), left: 110),
        list("Fewest images", order.suffix(ManyClasses.listedEnd).reversed(), left: 530),
      ],
      frame: Panel.Frame(left: 110, top: 80, width: 820, height: 440, hasBorder: true))
    let empty = counts.count { $0 == 0 }
    let median = counts[order[order.count / 2]]
    let note =
      "\(ManyClasses.counted(counts.count)), of \(NumberText.grouped(counts[order[order.count - 1]])) to "
      + "\(NumberText.grouped(counts[order[0]])) images, median \(NumberText.grouped(median))"
      + (empty > 0 ? "; \(NumberText.grouped(empty)) without images" : "")
    return Figure(
      name: "classes",
      title: status.qualified(
        "Training images of each class, \(NumberText.grouped(counts.reduce(0, +))) in all"),
      note: note, height: 860, panels: [panel], data: .table(data))
  }
}
