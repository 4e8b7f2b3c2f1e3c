import Foundation

extension ConvolutionExample {
  /// The largest number of products that are listed one by one. If there are more, each line shows
  /// a row of the window.
  private static let mostRows = 36

  /// The column titles of `rows`.
  public var header: [String] {
    terms.count <= Self.mostRows
      ? ["channel", "row", "column", "pixel", "weight", "product"]
      : ["channel", "row", "columns", "sum of the products"]
  }

  /// The products, the bias if there is one, and their sum.
  public var rows: [[String]] {
    let width = header.count
    func closing(_ name: String, _ value: Double) -> [String] {
      [name] + [String](repeating: "", count: width - 2) + [Self.text(value)]
    }
    return productRows + (bias.map { [closing("bias", Double($0))] } ?? []) + [closing("sum", sum)]
  }

  private var productRows: [[String]] {
    guard terms.count > Self.mostRows else {
      return terms.map { term in
        [
          channelName(term.channel), "\(term.row)", "\(term.column)",
          Self.text(Double(term.pixel)), Self.text(Double(term.weight)), Self.text(term.product),
        ]
      }
    }
    return stride(from: 0, to: terms.count, by: geometry.kernelWidth).map { start in
      let line = terms[start..<start + geometry.kernelWidth]
      let (first, last) = (terms[start], terms[start + geometry.kernelWidth - 1])
      return [
        channelName(first.channel), "\(first.row)", "\(first.column) to \(last.column)",
        Self.text(line.reduce(0) { $0 + $1.product }),
      ]
    }
  }

  private func channelName(_ channel: Int) -> String {
    let names = ["red", "green", "blue"]
    return geometry.inputChannels == names.count ? names[channel] : "\(channel)"
  }

  /// The filter in words: "3 × 3 filter 5 of stem.conv".
  public var subject: String? {
    "\(geometry.kernelHeight) × \(geometry.kernelWidth) filter \(filter) of \(layer)"
  }

  /// The sum and the layer's output.
  public var result: String? {
    "sum \(Self.text(sum)); the layer's output in row \(row), column \(column): "
      + "\(Self.text(Double(output)))"
  }

  static func text(_ value: Double) -> String { String(format: "%.4f", value) }
}
