import Kernels
import Layers
import Models
import Processors
import Tensors

/// The algorithm of each pass of each convolution of a network, on this processor.
public struct AlgorithmTable: Sendable {
  /// Convolutions with the same shapes and algorithms.
  struct Row: Sendable {
    /// The name of the first of them.
    let name: String
    var count = 1
    /// Kind, maps, and the algorithm of each pass.
    let cells: [String]
  }

  let rows: [Row]

  public static let header = [
    "layer", "kind", "maps", "output", "in evaluation", "input gradient", "weight gradient",
  ]

  /// The vectors of these kernels and the sizes of their register blocks, in one line.
  public static var registers: String {
    let rows = (1...3).map { "\(KernelTarget.registerBlockRows(vectors: $0))" }
    let bits = KernelTarget.ofTheseKernels.vectorBits
    return "vectors of \(bits) bits; rows of a register block for 1, 2 and 3 vectors of outputs: "
      + rows.joined(separator: ", ")
  }

  init(_ network: Network, precision: Precision, batch: Int) {
    let shapes = network.shapes(count: batch, arithmetic: precision)
    var rows: [Row] = []
    for (index, node) in network.nodes.enumerated() {
      let inputs = node.inputs.map { shapes[$0] }
      guard let training = node.layer.algorithms(for: inputs, mode: .training),
        let evaluation = node.layer.algorithms(for: inputs, mode: .evaluation)
      else { continue }
      let isFirst = node.inputs.first == 0
      let cells = [
        node.layer.kind, Self.maps(inputs[0], shapes[index + 1]), "\(training.output)",
        "\(evaluation.output)", isFirst ? "–" : "\(training.inputGradient)",
        "\(training.weightGradient)",
      ]
      if let row = rows.firstIndex(where: { $0.cells == cells }) {
        rows[row].count += 1
      } else {
        rows.append(Row(name: node.name, cells: cells))
      }
    }
    self.rows = rows
  }

  private static func maps(_ input: FeatureMapShape, _ output: FeatureMapShape) -> String {
    "\(input.channels)×\(input.height)×\(input.width) → "
      + "\(output.channels)×\(output.height)×\(output.width)"
  }

  /// The rows as text, in the order of `header`.
  public var cells: [[String]] {
    rows.map { row in
      [row.count == 1 ? row.name : "\(row.name) and \(row.count - 1) more"] + row.cells
    }
  }
}

extension BenchmarkCase {
  /// The algorithms of this case.
  ///
  /// - Throws: `NetworkCatalogError` if there is no such network.
  public func algorithms() throws -> AlgorithmTable {
    AlgorithmTable(
      try NetworkCatalog.network(named: network, classes: 10), precision: precision, batch: batch)
  }
}
