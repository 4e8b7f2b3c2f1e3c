import Foundation
import Kernels
import Recipes
import Tensors

/// The options of a `bench` call, parsed and checked.
public struct BenchmarkRequest: Sendable, Equatable {
  public let networks: [String]
  public let precisions: [Precision]
  public let threadCount: Int
  /// Number of images in a batch; nil for each recipe's own.
  public let batch: Int?
  /// How long each pass of a case is repeated.
  public let seconds: Double

  /// - Parameters: The option values as given, nil if left out: names separated by commas, and
  ///   numbers.
  /// - Throws: `BenchmarkError` for the first invalid value.
  public init(
    networks: String? = nil, precisions: String? = nil, threads: String? = nil,
    batch: String? = nil, seconds: String? = nil
  ) throws(BenchmarkError) {
    self.networks = Self.names(networks) ?? BenchmarkCase.networks
    for name in self.networks where !BenchmarkCase.networks.contains(name) {
      throw .unknownNetwork(
        name: name, suggestion: nearest(to: name, among: BenchmarkCase.networks))
    }
    var chosen: [Precision] = []
    for name in Self.names(precisions) ?? [Precision.float32.rawValue] {
      guard let precision = Precision(rawValue: name) else { throw .unknownPrecision(name: name) }
      guard precision.isSupported else { throw .unsupported(precision) }
      chosen.append(precision)
    }
    self.precisions = chosen
    let processors = ProcessInfo.processInfo.activeProcessorCount
    threadCount = try Self.integer(threads, in: 1...1024, of: "threads") ?? processors
    self.batch = try Self.integer(batch, in: 1...65536, of: "batch")
    self.seconds = try Self.duration(seconds) ?? 3
  }

  private static func names(_ words: String?) -> [String]? {
    words?.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
  }

  private static func integer(
    _ word: String?, in range: ClosedRange<Int>, of option: String
  ) throws(BenchmarkError) -> Int? {
    guard let word else { return nil }
    guard let number = Int(word), range.contains(number) else {
      throw .number(
        option: option, found: word,
        expected: "a whole number from \(range.lowerBound) to \(range.upperBound)")
    }
    return number
  }

  private static func duration(_ word: String?) throws(BenchmarkError) -> Double? {
    guard let word else { return nil }
    guard let number = Double(word), number > 0, number <= 3600 else {
      throw .number(option: "seconds", found: word, expected: "a number above 0, at most 3600")
    }
    return number
  }
}
