import Foundation
import Planning
import TensorFiles

extension Sweep {
  /// The keys with more than one value.
  public var varied: [Axis] { axes.filter { $0.values.count > 1 } }

  /// A combination of values, in the order of `axes`.
  public struct Point: Sendable, Equatable {
    public let values: [String]
    /// The values of the varied keys for readers: `learning-rate 0.1, epochs 3`; `all` if no key
    /// varies.
    public let title: String
    /// The values of the varied keys.
    public let varied: [(key: String, value: String)]

    public static func == (left: Point, right: Point) -> Bool { left.values == right.values }
  }

  /// Every combination of values; the last key changes fastest.
  public var points: [Point] {
    var combinations: [[String]] = [[]]
    for axis in axes {
      combinations = combinations.flatMap { combination in axis.values.map { combination + [$0] } }
    }
    return combinations.map { values in
      let varied = zip(axes, values).filter { $0.0.values.count > 1 }
        .map { (key: $0.0.key, value: $0.1) }
      let title =
        varied.count == 1
        ? varied[0].value
        : varied.map { "\(shortName(of: $0.key)) \($0.value)" }.joined(separator: ", ")
      return Point(values: values, title: title.isEmpty ? "all" : title, varied: varied)
    }
  }

  /// The last word of a key, or the whole key if another varied key has the same last word.
  public func shortName(of key: String) -> String {
    let last = String(key.split(separator: ".").last ?? "")
    return varied.count { $0.key == key || $0.key.hasSuffix("." + last) } > 1 ? key : last
  }

  /// All runs: point by point, seed by seed.
  public func runs(of points: [Point]) -> [Run] {
    let slugs = slugs(of: points)
    return points.indices.flatMap { index -> [Run] in
      let overrides = zip(axes, points[index].values).map { "\($0.key)=\($1)" }
      guard !seeds.isEmpty else {
        let name = name + slugs[index]
        return [
          Run(
            name: name, point: index, seed: nil,
            request: RunRequest(run: name, recipe: recipe, overrides: overrides))
        ]
      }
      return seeds.map { seed in
        let name = "\(name)\(slugs[index]).s\(seed)"
        return Run(
          name: name, point: index, seed: seed,
          request: RunRequest(
            run: name, recipe: recipe, overrides: overrides + seedKeys.map { "\($0)=\(seed)" }))
      }
    }
  }

  /// The part of a run's name that identifies the point: `.learning-rate-0.1`; empty if there is
  /// only one point.
  private func slug(of point: Point) -> String {
    guard !point.varied.isEmpty else { return seeds.isEmpty ? ".run" : "" }
    let text = point.varied.map { key, value in
      Self.plain("\(shortName(of: key).replacing(".", with: "-"))-\(value)")
    }.joined(separator: ".")
    guard text.utf8.count > 80 else { return "." + text }
    return ".\(text.prefix(70))-\(Self.digest(of: point.values))"
  }

  /// The parts of the runs' names that identify the points. If several points have the same text, a
  /// digest of their values is appended to each.
  private func slugs(of points: [Point]) -> [String] {
    let slugs = points.map(slug)
    let counts = Dictionary(slugs.map { ($0, 1) }, uniquingKeysWith: +)
    return zip(points, slugs).map { point, slug in
      counts[slug, default: 1] > 1 ? "\(slug)-\(Self.digest(of: point.values))" : slug
    }
  }

  /// `text` with `_` for all characters except letters, digits, full stops and hyphens.
  private static func plain(_ text: String) -> String {
    let bytes = text.utf8.map { byte -> UInt8 in
      switch byte {
      case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
        UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "."), UInt8(ascii: "-"):
        byte
      default: UInt8(ascii: "_")
      }
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func digest(of values: [String]) -> String {
    String(ContentDigest.sha256Hex(Data(values.joined(separator: "\n").utf8)).prefix(8))
  }
}

extension Step {
  /// The recipe key that sets this step's seed: that of the stage, under the step's own name.
  var seedKey: String? {
    stage.seedKey.map { key in
      name == stage.name ? key : name + key.drop { $0 != "." }
    }
  }
}
