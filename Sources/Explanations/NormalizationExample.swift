import Datasets
import Foundation
import Kernels
import Layers
import Loading
import Models
import TensorFiles
import Tensors

/// The effect of a network's first batch norm on one channel of a few images.
///
///     y = γ · (x − μ) / sqrt(σ² + ε) + β
///
/// with μ and σ² the mean and the variance of the channel over all images and positions. They are
/// computed here again, in `Double`.
public struct NormalizationExample: Sendable {
  /// The layer's name.
  public let layer: String
  /// The channel whose mean and deviation differ most from 0 and 1.
  public let channel: Int
  /// Number of images that were normalised together.
  public let count: Int
  /// The channel's values before the norm, and after it without its activation function.
  public let before: [Float]
  public let after: [Float]
  /// The largest difference between the layer's output, after its activation, and the formula.
  public let largestDifference: Double

  /// - Returns: Nil if the network has no batch norm.
  public init?(of network: Network, in loader: BatchLoader, on pool: WorkerPool) {
    guard let node = network.nodes.firstIndex(where: { $0.layer is BatchNorm }),
      let norm = network.nodes[node].layer as? BatchNorm
    else { return nil }
    let count = min(network.imagesAtOnce(64), loader.images.count)
    let inputs = network.nodes[node].inputs
    let run = network.keepingStatistics {
      LayerByLayer(
        network, through: node, keeping: Set(inputs), of: Array(0..<count), in: loader,
        norms: .training, on: pool)
    }
    self.count = count
    layer = network.nodes[node].name
    let x = Channels(of: run.values(of: inputs[0]))
    let moments = (0..<x.channels).map { Moments(of: x[$0]) }
    let chosen = moments.indices.reduce(0) {
      moments[$1].distance > moments[$0].distance ? $1 : $0
    }
    channel = chosen
    before = x[chosen]
    let scale =
      Double(norm.weight.dense()[chosen]) / (moments[chosen].variance + norm.epsilon).squareRoot()
    let shift = Double(norm.bias.dense()[chosen])
    after = before.map { Float((Double($0) - moments[chosen].mean) * scale + shift) }
    let residual = inputs.count == 2 ? Channels(of: run.values(of: inputs[1]))[chosen] : []
    largestDifference =
      zip(after, Channels(of: run.values(of: node + 1))[chosen]).enumerated()
      .map { index, pair in
        let sum = Double(pair.0) + (residual.isEmpty ? 0 : Double(residual[index]))
        return abs(norm.activation.value(at: sum) - Double(pair.1))
      }.max() ?? 0
  }

  /// The normalised channel, and how closely the layer's output matches the formula.
  public var subject: String? {
    "channel \(channel) of \(layer), \(before.count) values of \(count) images; the layer's output is "
      + "the formula's within \(String(format: "%.1e", largestDifference))"
  }

  public var header: [String] { ["of the channel", "mean", "deviation", "least", "largest"] }

  /// Mean and deviation before and after the norm.
  public var rows: [[String]] {
    [("before", before), ("after", after)].map { name, values in
      let moments = Moments(of: values)
      return [
        name
      ]
        + [
          // A mean that is only a rounding error is shown as 0, not as −0.
          moments.mean.magnitude < 0.00005 ? 0 : moments.mean, moments.variance.squareRoot(),
          Double(values.min() ?? 0), Double(values.max() ?? 0),
        ].map { String(format: "%.4f", $0) }
    }
  }

  /// Number of bins of a histogram.
  static let bins = 40

  /// Writes the histograms as a tensor file, schema `normalization`:
  ///
  ///     edges   F64  [41]      of bins of equal width, the same before and after
  ///     counts  I64  [2, 40]   values before and after
  public func write(to url: URL) throws {
    let all = before + after
    let (least, most) = (Double(all.min() ?? 0), Double(all.max() ?? 0))
    let width = most > least ? (most - least) / Double(Self.bins) : 1
    func counts(_ values: [Float]) -> [Int64] {
      values.reduce(into: [Int64](repeating: 0, count: Self.bins)) { counts, value in
        let bin = (Double(value) - least) / width
        counts[bin.isFinite ? min(max(Int(bin), 0), Self.bins - 1) : 0] += 1
      }
    }
    var writer = TensorFileWriter(
      schema: "normalization",
      metadata: ["layer": layer, "channel": "\(channel)", "images": "\(count)"])
    writer.add("edges", shape: [Self.bins + 1], (0...Self.bins).map { least + Double($0) * width })
    writer.add("counts", shape: [2, Self.bins], counts(before) + counts(after))
    try writer.write(to: url)
  }
}

/// Mean and biased variance in `Double`.
package struct Moments {
  package let mean: Double
  package let variance: Double

  package init(of values: [Float]) {
    let count = Double(max(values.count, 1))
    let mean = values.reduce(0.0) { $0 + Double($1) } / count
    self.mean = mean
    variance =
      values.reduce(0.0) { $0 + (Double($1) - mean) * (Double($1) - mean) } / count
  }

  /// The distance from mean 0 and deviation 1.
  package var distance: Double { mean.magnitude + (variance.squareRoot() - 1).magnitude }
}

/// The values of a map by channel, over all images and positions.
struct Channels {
  private let values: [Float]
  private let shape: FeatureMapShape

  init(of map: (values: [Float], shape: FeatureMapShape)) { (values, shape) = map }

  var channels: Int { shape.channels }

  subscript(channel: Int) -> [Float] {
    (0..<shape.count).flatMap { image in
      let start = (image * shape.channels + channel) * shape.pixelCount
      return values[start..<start + shape.pixelCount]
    }
  }
}
