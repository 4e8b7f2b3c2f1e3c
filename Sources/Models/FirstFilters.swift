import Foundation
import Layers
import TensorFiles

extension Network {
  /// The filters that read the image itself, `[count, 3, kh, kw]`: those of the first convolution,
  /// all K sets if they are mixed, or the templates of a linear classifier.
  public var firstFilters: (shape: [Int], values: [Float]) {
    let readers = nodes.filter { $0.inputs.contains(0) }
    let weight = readers.lazy.flatMap(\.layer.parameters).first {
      $0.role == .weight || $0.role == .whitening
    }
    guard let weight else { return ([0], []) }
    let shape =
      weight.shape.count == 2
      ? [weight.shape[0], input.channels, input.height, input.width]
      : [weight.shape.dropLast(3).reduce(1, *)] + weight.shape.suffix(3)
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
