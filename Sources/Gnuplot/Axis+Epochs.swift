extension Axis {
  /// Epochs from the start of the first to the end of the last, with ticks at whole ones.
  public static func epochs(from first: Int, through last: Int) -> Axis {
    let start = max(first - 1, 0)
    let end = max(last, start + 2)
    let steps = [1, 2, 5, 10, 20, 25, 50, 100, 200, 250, 500, 1000, 2000, 5000, 10_000, 20_000]
    let step = steps.first { end - start <= 10 * $0 } ?? end - start
    return Axis("epoch", from: Double(start), to: Double(end), ticks: .every(Double(step)))
  }
}

extension PointShape {
  /// The number of points from one shape to the next, for about twenty shapes along a line of
  /// `count` points.
  public static func interval(along count: Int) -> Int { max(1, count / 20) }
}
