import Foundation
import Tensors

/// The measurements of a case. Its JSON form is one line with the same keys on every machine.
public struct BenchmarkResult: Sendable, Equatable {
  /// The speed of a pass, in images per second.
  public struct Speed: Sendable, Equatable {
    /// From the median time of a batch.
    public let median: Double
    /// From the shortest time of a batch.
    public let best: Double
    /// The interquartile range of the times, as a fraction of their median.
    public let spread: Double
    /// Number of timed batches.
    public let repeats: Int

    public init(median: Double, best: Double, spread: Double, repeats: Int) {
      self.median = median
      self.best = best
      self.spread = spread
      self.repeats = repeats
    }

    /// - Parameter durations: Seconds per batch.
    init(_ durations: SampleStatistics, batch: Int) {
      self.init(
        median: Double(batch) / durations.median, best: Double(batch) / durations.minimum,
        spread: durations.spread, repeats: durations.count)
    }
  }

  public let network: String
  public let precision: Precision
  public let threads: Int
  /// Number of images in a batch.
  public let batch: Int
  /// Multiply-adds of one image's forward pass.
  public let multiplyAdds: Int
  /// A training step on a batch that is already loaded.
  public let train: Speed
  /// A training step on a batch that is loaded and augmented first.
  public let trainWithLoading: Speed
  /// A forward pass on a batch that is already loaded.
  public let infer: Speed
  /// The peak memory of the process; 0 if the system doesn't report it.
  public let peakMemoryBytes: Int
  /// The measured peak of the same threads, before and after.
  public let peak: MachinePeak
  public let processor: String
  public let openBLASCore: String
  /// The time of each part of a training step; nil if no profile was requested.
  public let profile: LayerProfile?

  /// Each pass and its arithmetic in forward passes: training computes every product three times,
  /// forward and for both gradients.
  public var passes: [(name: String, speed: Speed, forwardPasses: Int)] {
    [("train", train, 3), ("train, loading", trainWithLoading, 3), ("infer", infer, 1)]
  }

  /// Operations per second of a pass; a multiply-add counts as two.
  public func flops(_ speed: Speed, forwardPasses: Int) -> Double {
    2 * Double(multiplyAdds * forwardPasses) * speed.median
  }

  /// The measured peak of this machine in this precision, in operations per second.
  public var peakFlops: Double { peak.rate(of: precision) }
}

extension BenchmarkResult: Codable {
  /// JSON keys; those of a pass begin with its name.
  private struct Key: CodingKey, ExpressibleByStringInterpolation {
    let stringValue: String
    var intValue: Int? { nil }
    init(stringValue: String) { self.stringValue = stringValue }
    init(stringLiteral value: String) { stringValue = value }
    init?(intValue: Int) { return nil }
  }

  public func encode(to encoder: any Encoder) throws {
    var values = encoder.container(keyedBy: Key.self)
    try values.encode(network, forKey: "network")
    try values.encode(precision.rawValue, forKey: "precision")
    try values.encode(threads, forKey: "threads")
    try values.encode(batch, forKey: "batch")
    try values.encode(multiplyAdds, forKey: "multiply_adds")
    try values.encode(peakMemoryBytes, forKey: "peak_memory_bytes")
    try values.encode(peakFlops / 1e9, forKey: "peak_gflops")
    try values.encode(peak.multiplyAdds / 1e9, forKey: "multiply_add_gflops")
    try values.encodeIfPresent(peak.bfloat16.map { $0 / 1e9 }, forKey: "bfloat16_gflops")
    try values.encode(processor, forKey: "processor")
    try values.encode(openBLASCore, forKey: "openblas_core")
    try values.encodeIfPresent(profile?.rows, forKey: "profile")
    for (prefix, speed, forwardPasses) in [
      ("train", train, 3), ("train_with_loading", trainWithLoading, 3), ("infer", infer, 1),
    ] {
      let flops = flops(speed, forwardPasses: forwardPasses)
      try values.encode(speed.median, forKey: "\(prefix)_images_per_second")
      try values.encode(speed.best, forKey: "\(prefix)_best_images_per_second")
      try values.encode(speed.spread, forKey: "\(prefix)_spread")
      try values.encode(speed.repeats, forKey: "\(prefix)_repeats")
      try values.encode(flops / 1e9, forKey: "\(prefix)_gflops")
      try values.encode(flops / peakFlops, forKey: "\(prefix)_share_of_peak")
    }
  }

  public init(from decoder: any Decoder) throws {
    let values = try decoder.container(keyedBy: Key.self)
    func speed(_ prefix: String) throws -> Speed {
      Speed(
        median: try values.decode(Double.self, forKey: "\(prefix)_images_per_second"),
        best: try values.decode(Double.self, forKey: "\(prefix)_best_images_per_second"),
        spread: try values.decode(Double.self, forKey: "\(prefix)_spread"),
        repeats: try values.decode(Int.self, forKey: "\(prefix)_repeats"))
    }
    network = try values.decode(String.self, forKey: "network")
    precision = try values.decode(Precision.self, forKey: "precision")
    threads = try values.decode(Int.self, forKey: "threads")
    batch = try values.decode(Int.self, forKey: "batch")
    multiplyAdds = try values.decode(Int.self, forKey: "multiply_adds")
    peakMemoryBytes = try values.decode(Int.self, forKey: "peak_memory_bytes")
    func operations(_ billions: Double) -> Double { (billions * 1e9).rounded() }
    peak = MachinePeak(
      multiplyAdds: operations(try values.decode(Double.self, forKey: "multiply_add_gflops")),
      bfloat16: try values.decodeIfPresent(Double.self, forKey: "bfloat16_gflops").map(operations))
    processor = try values.decode(String.self, forKey: "processor")
    openBLASCore = try values.decode(String.self, forKey: "openblas_core")
    let rows = try values.decodeIfPresent([LayerProfile.Row].self, forKey: "profile")
    profile = rows.map { LayerProfile($0) }
    train = try speed("train")
    trainWithLoading = try speed("train_with_loading")
    infer = try speed("infer")
  }

  /// The result as one line of JSON with sorted keys.
  public func json() throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(self), as: UTF8.self)
  }
}
