import Kernels
import Tensors

/// A named tensor of a network's state: a trained weight, or a running statistic.
///
/// The public name, shape and order of elements are PyTorch's. In memory, the tensor has the layout
/// that its layer's kernel reads, with channels padded to whole vectors; values are permuted when
/// they are loaded or saved, never in a step.
public final class Parameter: @unchecked Sendable {
  /// The role of a parameter, for initialisers and for optimisers that treat some roles
  /// differently.
  public enum Role: Sendable {
    case weight, bias, normWeight, normBias, runningMean, runningVariance
    /// The filters of a convolution that whitens the patches of images. They are computed from
    /// training images and not trained.
    case whitening
  }

  enum Layout: Equatable {
    /// [n], padded to whole vectors.
    case vector
    /// `count` sets of [out, in, kh, kw], each in the layout of a convolution.
    case kernels(KernelLayout, count: Int = 1)
    /// The elements in the order [kh, kw, in, out], the last two padded: a matrix from a map's
    /// floats to `out`.
    case matrix(out: Int, in: Int, height: Int, width: Int, inStride: Int)
  }

  /// The key in a `state_dict`, for example "stages.0.1.conv2.weight".
  public let name: String
  /// PyTorch's shape: [out, in, kh, kw] for convolutions, [K, out, in, kh, kw] for a bank of
  /// weights, [out, in] for linear layers, [n] otherwise.
  public let shape: [Int]
  public let role: Role
  /// The values in the kernel's layout.
  public let value: AlignedBuffer
  /// The gradient in the kernel's layout; nil for running statistics.
  public let gradient: AlignedBuffer?
  /// Whether training leaves the value unchanged. Gradients still pass through the layer. A norm
  /// with a frozen running statistic uses it instead of the batch's.
  public var isFrozen = false
  let layout: Layout

  init(name: String, shape: [Int], role: Role, layout: Layout) {
    self.name = name
    self.shape = shape
    self.role = role
    self.layout = layout
    let count =
      switch layout {
      case .vector: FeatureMapShape.paddedChannels(shape[0])
      case .kernels(let layout, let count): count * layout.count
      case .matrix(let out, _, let height, let width, let inStride):
        height * width * inStride * FeatureMapShape.paddedChannels(out)
      }
    value = AlignedBuffer(count: count)
    gradient = role == .runningMean || role == .runningVariance ? nil : AlignedBuffer(count: count)
  }

  /// A vector of `count` elements.
  static func vector(_ name: String, count: Int, role: Role) -> Parameter {
    let parameter = Parameter(name: name, shape: [count], role: role, layout: .vector)
    if role == .normWeight || role == .runningVariance {
      parameter.load(dense: [Float](repeating: 1, count: count))
    }
    return parameter
  }
}

extension Parameter {
  /// Whether an optimiser updates the parameter.
  public var isTrainable: Bool { wantedGradient != nil }

  /// The gradient, if an optimiser uses it.
  public var wantedGradient: AlignedBuffer? { isFrozen ? nil : gradient }

  /// The weights of a convolution or a linear layer as a matrix, or as several of one layout one
  /// after another; nil for vectors.
  public var matrix: WeightMatrix? {
    switch layout {
    case .vector: nil
    case .kernels(let layout, _): WeightMatrix(layout)
    case .matrix(let out, _, let height, let width, let inStride):
      WeightMatrix(outputs: out, terms: height * width * inStride)
    }
  }

  /// Number of elements, without padding.
  public var elementCount: Int { shape.reduce(1, *) }

  /// Replaces the values by dense ones in PyTorch's order.
  ///
  /// - Precondition: there is one value per element.
  public func load(dense values: [Float]) { Self.pack(values, shape, layout, into: value) }

  /// The values in PyTorch's order.
  public func dense() -> [Float] { unpack(value) }

  /// The gradient in PyTorch's order.
  ///
  /// - Precondition: the parameter has a gradient buffer: it is not a running statistic. It may be
  ///   frozen.
  public func denseGradient() -> [Float] {
    guard let gradient else { preconditionFailure("\(name) has no gradient") }
    return unpack(gradient)
  }

  /// Converts another buffer in this parameter's layout, for example an optimiser's, to PyTorch's
  /// order.
  public func unpack(_ buffer: AlignedBuffer) -> [Float] {
    precondition(buffer.count == value.count, "a buffer of \(buffer.count) floats for \(name)")
    var values = [Float](repeating: 0, count: elementCount)
    Self.forEachElement(shape, layout) { dense, padded in values[dense] = buffer.base[padded] }
    return values
  }

  /// The inverse of `unpack(_:)`.
  public func pack(_ values: [Float], into buffer: AlignedBuffer) {
    precondition(buffer.count == value.count, "a buffer of \(buffer.count) floats for \(name)")
    Self.pack(values, shape, layout, into: buffer)
  }

  private static func pack(
    _ values: [Float], _ shape: [Int], _ layout: Layout, into buffer: AlignedBuffer
  ) {
    precondition(
      values.count == shape.reduce(1, *), "\(values.count) values for a parameter of shape \(shape)"
    )
    buffer.elements.update(repeating: 0)
    forEachElement(shape, layout) { dense, padded in buffer.base[padded] = values[dense] }
  }

  private static func forEachElement(
    _ shape: [Int], _ layout: Layout, _ body: (_ dense: Int, _ padded: Int) -> Void
  ) {
    switch layout {
    case .vector:
      for index in 0..<shape[0] { body(index, index) }
    case .kernels(let layout, let count):
      var dense = 0
      for kernel in 0..<count {
        let first = kernel * layout.count
        layout.forEachPlace { place in
          body(dense, first + place)
          dense += 1
        }
      }
    case .matrix(let out, let channels, let height, let width, let inStride):
      let outStride = FeatureMapShape.paddedChannels(out)
      var dense = 0
      for o in 0..<out {
        for c in 0..<channels {
          for place in 0..<height * width {
            body(dense, (place * inStride + c) * outStride + o)
            dense += 1
          }
        }
      }
    }
  }
}
