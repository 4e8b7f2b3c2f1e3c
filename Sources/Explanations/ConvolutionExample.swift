import Foundation
import Kernels
import Layers
import Loading
import Models
import TensorFiles
import Tensors

/// One element of the output of a network's first convolution, as a sum of products, and the
/// feature map that contains it.
///
///     output[i, j] = bias + Σ over c, a, b of weight[c, a, b] · pixel[c, s·i + a − p, s·j + b − p]
///
/// For `adaptive-conv`, the weights are those that the network mixes for this image.
public struct ConvolutionExample: Sendable {
  /// One product of the sum.
  public struct Term: Sendable, Equatable {
    public let channel: Int
    /// The position of the pixel in the image, counted from 0; padding is outside the image.
    public let row: Int
    public let column: Int
    /// The normalised value of the pixel, as the network reads it.
    public let pixel: Float
    public let weight: Float
    public var product: Double { Double(pixel) * Double(weight) }
  }

  /// The layer's name.
  public let layer: String
  /// The index of the filter and of its output channel, counted from 0.
  public let filter: Int
  /// The position of the output in the feature map, counted from 0.
  public let row: Int
  public let column: Int
  public let terms: [Term]
  public let bias: Float?
  /// The layer's output at this position.
  public let output: Float
  /// The filter's weights `[channels, height, width]`.
  public let weights: [Float]
  public let geometry: ConvolutionGeometry
  /// The feature map of the filter `[height, width]`.
  public let map: [Float]
  public let mapHeight: Int
  public let mapWidth: Int

  /// The sum of the products and the bias, computed term by term.
  public var sum: Double { terms.reduce(Double(bias ?? 0)) { $0 + $1.product } }

  /// Explains the largest value of the layer's feature maps, or the value at the position of
  /// `other`.
  ///
  /// - Parameters:
  ///   - image: The index of an image in the loader's set.
  ///   - other: An example whose filter and position are used.
  /// - Returns: Nil if no convolution reads the image itself.
  public init?(
    of network: Network, image: Int, in loader: BatchLoader, at other: ConvolutionExample? = nil,
    on pool: WorkerPool
  ) {
    guard let node = network.nodes.firstIndex(where: Self.readsImage) else { return nil }
    let inputs = network.nodes[node].inputs
    let run = LayerByLayer(
      network, through: node, keeping: Set(inputs), of: [image], in: loader, on: pool)
    let filters = Self.filters(
      of: network.nodes[node].layer,
      mixedBy: inputs.dropFirst().first.map { run.values(of: $0).values })
    let (maps, output) = run.values(of: node + 1)
    let (pixels, shape) = run.values(of: 0)
    let (height, width, area) = (output.height, output.width, output.pixelCount)
    geometry = filters.geometry
    layer = network.nodes[node].name
    (mapHeight, mapWidth) = (height, width)
    // Prefers positions whose window is entirely inside the image, if there are any.
    let isWhole = { [geometry] (place: Int) in
      Self.isWithin(geometry, row: place / width, column: place % width, of: shape)
    }
    let hasWhole = (0..<area).contains(where: isWhole)
    let brightest = Self.firstLargest(maps.count) { index in
      hasWhole && !isWhole(index % area) ? -.infinity : Double(maps[index])
    }
    let place = other.map { $0.row * width + $0.column } ?? brightest % area
    (row, column) = (place / width, place % width)
    filter = other?.filter ?? brightest / area
    map = Array(maps[filter * area..<(filter + 1) * area])
    let size = geometry.inputChannels * geometry.kernelHeight * geometry.kernelWidth
    weights = Array(filters.weights[filter * size..<(filter + 1) * size])
    bias = filters.bias?[filter]
    self.output = map[place]
    terms = Self.terms(geometry, weights, row: row, column: column, pixels, of: shape)
  }

  private static func readsImage(_ node: Network.Node) -> Bool {
    node.inputs.first == 0 && (node.layer is Convolution || node.layer is MixedConvolution)
  }

  private struct Filters {
    let geometry: ConvolutionGeometry
    /// `[outputs, inputs, height, width]`
    let weights: [Float]
    let bias: [Float]?
  }

  /// - Parameter logits: The logits by which an adaptive layer mixes its filters.
  private static func filters(of layer: any Layer, mixedBy logits: [Float]?) -> Filters {
    switch layer {
    case let layer as Convolution:
      return Filters(
        geometry: layer.geometry, weights: layer.weight.dense(), bias: layer.bias?.dense())
    case let layer as MixedConvolution:
      let logits = (logits ?? []).map(Double.init)
      let largest = logits.max() ?? 0
      let powers = logits.map { exp($0 - largest) }
      let total = powers.reduce(0, +)
      let bank = layer.weight.dense()
      let size = bank.count / layer.kernelCount
      let mixed = (0..<size).map { index in
        Float(
          powers.enumerated().reduce(0.0) { sum, filter in
            sum + filter.element / total * Double(bank[filter.offset * size + index])
          })
      }
      return Filters(geometry: layer.geometry, weights: mixed, bias: nil)
    default: preconditionFailure("\(layer.kind) is no convolution")
    }
  }

  private static func terms(
    _ geometry: ConvolutionGeometry, _ weights: [Float], row: Int, column: Int, _ pixels: [Float],
    of shape: FeatureMapShape
  ) -> [Term] {
    var terms: [Term] = []
    for channel in 0..<geometry.inputChannels {
      for a in 0..<geometry.kernelHeight {
        for b in 0..<geometry.kernelWidth {
          let y = geometry.stride * row + a - geometry.padding
          let x = geometry.stride * column + b - geometry.padding
          let isInside = (0..<shape.height).contains(y) && (0..<shape.width).contains(x)
          terms.append(
            Term(
              channel: channel, row: y, column: x,
              pixel: isInside ? pixels[(channel * shape.height + y) * shape.width + x] : 0,
              weight: weights[terms.count]))
        }
      }
    }
    return terms
  }

  private static func isWithin(
    _ geometry: ConvolutionGeometry, row: Int, column: Int, of shape: FeatureMapShape
  ) -> Bool {
    let top = geometry.stride * row - geometry.padding
    let left = geometry.stride * column - geometry.padding
    return top >= 0 && left >= 0 && top + geometry.kernelHeight <= shape.height
      && left + geometry.kernelWidth <= shape.width
  }

  private static func firstLargest(_ count: Int, _ value: (Int) -> Double) -> Int {
    var best = (index: 0, value: -Double.infinity)
    for index in 0..<count {
      let value = value(index)
      if value > best.value { best = (index, value) }
    }
    return best.index
  }
}
