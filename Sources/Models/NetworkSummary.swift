import Layers
import Tensors

/// A network as a table: each layer's output for one image, its number of trainable elements and
/// its cost per image.
public struct NetworkSummary: Sendable, Equatable {
  /// A layer, or several whose names have a common beginning.
  public struct Row: Sendable, Equatable {
    public let name: String
    /// For example "conv 3×3, stride 2".
    public let kind: String
    /// The shape of its output for one image.
    public let output: FeatureMapShape
    /// Number of trainable elements.
    public let parameters: Int
    /// Multiply-adds for one image.
    public let multiplyAdds: Int
  }

  public let rows: [Row]

  /// Number of trainable elements.
  public var parameters: Int { rows.reduce(0) { $0 + $1.parameters } }

  /// Multiply-adds for one image.
  public var multiplyAdds: Int { rows.reduce(0) { $0 + $1.multiplyAdds } }
}

extension Network {
  public var summary: NetworkSummary {
    let shapes = shapes(count: 1)
    return NetworkSummary(
      rows: nodes.enumerated().map { index, node in
        NetworkSummary.Row(
          name: node.name, kind: node.layer.kind, output: shapes[index + 1],
          parameters: node.layer.parameters.filter(\.isTrainable)
            .reduce(0) { $0 + $1.elementCount },
          multiplyAdds: node.layer.multiplyAdds(for: node.inputs.map { shapes[$0] }))
      })
  }
}

extension NetworkSummary {
  /// Merges the rows of each block, then those of each stage, until there are at most `limit` rows
  /// or no more can be merged.
  public func condensed(to limit: Int) -> NetworkSummary {
    var summary = self
    var depth = (rows.map { $0.name.split(separator: ".").count }.max() ?? 1) - 1
    while summary.rows.count > limit && depth > 0 {
      summary = grouped(depth: depth)
      depth -= 1
    }
    return summary
  }

  /// Merges neighbouring rows whose names have the same first `depth` words.
  private func grouped(depth: Int) -> NetworkSummary {
    var groups: [(name: String, rows: [Row])] = []
    for row in rows {
      let name = row.name.split(separator: ".").prefix(depth).joined(separator: ".")
      if groups.last?.name == name {
        groups[groups.count - 1].rows.append(row)
      } else {
        groups.append((name, [row]))
      }
    }
    return NetworkSummary(
      rows: groups.map { name, rows in
        guard rows.count > 1 else { return rows[0] }
        let whole = NetworkSummary(rows: rows)
        return Row(
          name: name, kind: "\(rows.count) layers", output: rows[rows.count - 1].output,
          parameters: whole.parameters, multiplyAdds: whole.multiplyAdds)
      })
  }

  /// The titles of `cells`.
  public static let header = ["layer", "kind", "output", "parameters", "MACs an image"]

  /// The rows as text, followed by one with the sums.
  public var cells: [[String]] {
    rows.map { row in
      let shape = row.output
      let output =
        shape.pixelCount == 1
        ? "\(shape.channels)" : "\(shape.channels)×\(shape.height)×\(shape.width)"
      return [
        row.name, row.kind, output, Self.grouped(row.parameters), Self.grouped(row.multiplyAdds),
      ]
    } + [["total", "", "", Self.grouped(parameters), Self.grouped(multiplyAdds)]]
  }

  /// 1234567 as "1,234,567".
  private static func grouped(_ number: Int) -> String {
    var groups: [Substring] = []
    var digits = Substring(String(number))
    while digits.count > 3 {
      groups.append(digits.suffix(3))
      digits = digits.dropLast(3)
    }
    return ([digits] + groups.reversed()).joined(separator: ",")
  }
}
