import Foundation

/// Results as a table for people. The columns have fixed widths, so that each case can be printed
/// as soon as it is measured.
public enum BenchmarkTable {
  /// Titles and widths.
  private static let columns: [(title: String, width: Int)] = [
    ("network", 13), ("precision", 9), ("batch", 5), ("pass", 14), ("images/s", 9), ("best", 9),
    ("spread", 7), ("GFLOPS", 7), ("of peak", 7), ("memory", 9),
  ]
  private static let leftAligned: Set = [0, 1, 3]

  /// The header line.
  public static var header: String { line(columns.map(\.title)) }

  /// A line for each pass of a case.
  public static func lines(of result: BenchmarkResult) -> [String] {
    result.passes.enumerated().map { index, pass in
      let flops = result.flops(pass.speed, forwardPasses: pass.forwardPasses)
      let isFirst = index == 0
      return line([
        isFirst ? result.network : "", isFirst ? result.precision.rawValue : "",
        isFirst ? "\(result.batch)" : "", pass.name, rate(pass.speed.median),
        rate(pass.speed.best), percent(pass.speed.spread, decimals: 1),
        String(format: "%.0f", flops / 1e9), percent(flops / result.peakFlops, decimals: 0),
        isFirst ? "\(result.peakMemoryBytes >> 20) MiB" : "",
      ])
    }
  }

  /// The settings common to a run's figures, and how to read them.
  public static func legend(of result: BenchmarkResult) -> [String] {
    [
      "\(result.processor), threads: \(result.threads), OpenBLAS core: \(result.openBLASCore)",
      "peak: " + gigaflops(result.peak.multiplyAdds) + " of float32 multiply-adds"
        + (result.peak.bfloat16.map { ", \(gigaflops($0)) of bfloat16 products" } ?? ""),
      "GFLOPS are those of the formulas; where there are fewer products, they may pass the peak",
      "images/s at the median time of a batch and at the best; spread: distance of the quartiles "
        + "over the median",
    ]
  }

  /// The time of a training step by kind of layer: milliseconds and percentages.
  public static func lines(of profile: LayerProfile) -> [String] {
    let width = max(profile.rows.map(\.kind.count).max() ?? 0, "kind of layer".count)
    func row(_ kind: String, _ cells: [String]) -> String {
      "    " + padded(kind, width, toLeft: true)
        + cells.map { "  " + padded($0, 11, toLeft: false) }.joined()
    }
    let total = profile.total
    let rows = profile.rows.map { part in
      row(
        part.kind,
        [
          milliseconds(part.forward), milliseconds(part.backward),
          percent(part.total / total, decimals: 1),
        ])
    }
    return [row("kind of layer", ["forward ms", "backward ms", "share"])] + rows
      + [row("whole step", [milliseconds(total)])]
  }

  private static func line(_ cells: [String]) -> String {
    var line = zip(cells, columns).enumerated().map { index, cell in
      padded(cell.0, cell.1.width, toLeft: leftAligned.contains(index))
    }.joined(separator: " ")
    while line.last == " " { line.removeLast() }
    return line
  }

  private static func padded(_ text: String, _ width: Int, toLeft: Bool) -> String {
    let space = String(repeating: " ", count: max(width - text.count, 0))
    return toLeft ? text + space : space + text
  }

  /// Images per second: 64.2, 2,854.
  private static func rate(_ imagesPerSecond: Double) -> String {
    let decimals = imagesPerSecond < 100 ? 1 : 0
    return imagesPerSecond.formatted(
      .number.precision(.fractionLength(decimals)).locale(Locale(identifier: "en_US")))
  }

  private static func gigaflops(_ flops: Double) -> String {
    String(format: "%.0f GFLOPS", flops / 1e9)
  }

  private static func percent(_ fraction: Double, decimals: Int) -> String {
    String(format: "%.\(decimals)f %%", 100 * fraction)
  }

  private static func milliseconds(_ seconds: Double) -> String {
    seconds == 0 ? "" : String(format: "%.2f", 1000 * seconds)
  }
}
