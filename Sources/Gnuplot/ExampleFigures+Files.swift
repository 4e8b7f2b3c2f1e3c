import CheckedNumbers
import Records
import TensorFiles

extension ExampleFigures {
  /// The figure of a file of the schema `feature-map`.
  ///
  /// - Throws: `TensorFileError` where a tensor or an entry is absent or of another shape, and `LogError`.
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
