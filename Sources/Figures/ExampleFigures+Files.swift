import CheckedNumbers
import Foundation
import Gnuplot
import Records
import TensorFiles

extension ExampleFigures {
  /// The figures of the examples that a training has written to a folder, each with its caption.
  /// Some networks lack some of them.
  ///
  /// - Throws: As `featureMap(in:)`.
  public static func all(inFolder folder: URL) throws -> [(figure: Figure, caption: String)] {
    func example(_ name: String, schema: String) throws -> TensorFile? {
      let url = folder.appendingPathComponent("example-\(name).safetensors")
      guard FileManager.default.fileExists(atPath: url.path) else { return nil }
      let file = try TensorFile(contentsOf: url)
      try file.requireSchema(schema, version: 1, producedBy: "train")
      return file
    }
    let plan = try RatePlan(contentsOf: folder.appendingPathComponent(RatePlan.fileName))
    let figures: [(Figure?, String)] = [
      (
        try example("convolution", schema: "feature-map").map { try featureMap(in: $0) },
        "An image, one filter and its feature map, before and after training."
      ),
      (
        try example("normalization", schema: "normalization").map { try normalization(in: $0) },
        "One channel's values before and after a batch norm."
      ),
      (plan.figure, "The learning rate of every step, as planned."),
    ]
    return figures.compactMap { figure, caption in figure.map { ($0, caption) } }
  }

  /// The figure of a file of the schema `feature-map`.
  ///
  /// - Throws: `TensorFileError` if a tensor or a metadata entry is absent or has another shape,
  ///   and `LogError`.
  public static func featureMap(in file: TensorFile) throws -> Figure {
    func numbers(_ name: String, _ count: Int) throws -> [Int] {
      try file.scalars(of: name, as: Int64.self, shape: [count]).map { Int(clamping: $0) }
    }
    let side = try file.shape(of: "image").last ?? 0
    return try featureMap(
      image: file.scalars(of: "image", as: UInt8.self, shape: [3, side, side]), side: side,
      filters: file.scalars(of: "filters", as: Float.self), filterShape: file.shape(of: "filters"),
      maps: file.scalars(of: "maps", as: Float.self), mapShape: file.shape(of: "maps"),
      window: numbers("window", 4), place: numbers("place", 3),
      subject: "Filter \(file.requiredMetadata("filter")) of \(file.requiredMetadata("layer"))",
      file: file.url.lastPathComponent)
  }

  /// The figure of a file of the schema `normalization`.
  ///
  /// - Throws: As `featureMap(in:)`.
  public static func normalization(in file: TensorFile) throws -> Figure {
    let bins = try file.shape(of: "counts").last ?? 0
    let counts = try file.counts(of: "counts", shape: [2, bins])
    return try normalization(
      edges: file.scalars(of: "edges", as: Double.self, shape: [bins + 1]),
      before: Array(counts[..<bins]), after: Array(counts[bins...]),
      subject: "channel \(file.requiredMetadata("channel")) of \(file.requiredMetadata("layer")), "
        + "\(file.requiredMetadata("images")) images",
      file: file.url.lastPathComponent)
  }
}
