import Foundation
import Layers
import TensorFiles

extension Network {
  /// The kernels that look at the image itself, `[out, 3, kh, kw]`: the first convolution's, or the
  /// templates of a linear classifier.
  public var firstFilters: (shape: [Int], values: [Float]) {
    guard let weight = parameters.first(where: { $0.role == .weight }) else { return ([0], []) }
    let shape =
      weight.shape.count == 2
      ? [weight.shape[0], input.channels, input.height, input.width] : weight.shape
    return (shape, weight.dense())
  }

  /// Writes `firstFilters` as a tensor file, schema `filters`.
  public func writeFirstFilters(to url: URL) throws {
    let filters = firstFilters
    var writer = TensorFileWriter(schema: "filters", metadata: ["network": name])
    writer.add("filters", shape: filters.shape, filters.values)
    try writer.write(to: url)
  }
}
