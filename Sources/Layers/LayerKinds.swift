import Kernels
import Tensors

/// The entries of a layer in a model summary: its kind in a few words, and its cost per image.
extension Layer {
  /// Layers that only pass over their maps count as zero.
  public func multiplyAdds(for inputs: [FeatureMapShape]) -> Int { 0 }

  public func algorithms(for inputs: [FeatureMapShape], mode: Mode) -> ConvolutionAlgorithms? {
    nil
  }
}

extension Convolution {
  public var kind: String {
    geometry.kernelDescription + (geometry.stride > 1 ? ", stride \(geometry.stride)" : "")
  }

  public func algorithms(for inputs: [FeatureMapShape], mode: Mode) -> ConvolutionAlgorithms? {
    ConvolutionAlgorithms(bestFor: geometry, input: inputs[0], training: mode == .training)
  }

  public func multiplyAdds(for inputs: [FeatureMapShape]) -> Int {
    geometry.multiplyAdds(for: inputs[0])
  }
}

extension MixedConvolution {
  public var kind: String { "\(kernelCount) mixed \(geometry.kernelDescription)" }

  public func algorithms(for inputs: [FeatureMapShape], mode: Mode) -> ConvolutionAlgorithms? {
    ConvolutionAlgorithms(
      bestFor: geometry, input: inputs[0], training: mode == .training, mixed: true)
  }

  /// The multiply-adds of the convolution. Mixing the weights, one multiply-add per element of the
  /// bank and image, is not counted, as is usual.
  public func multiplyAdds(for inputs: [FeatureMapShape]) -> Int {
    geometry.multiplyAdds(for: inputs[0])
  }
}

extension Linear {
  public var kind: String { "linear" }
  public func multiplyAdds(for inputs: [FeatureMapShape]) -> Int { weight.elementCount }
}

extension BatchNorm {
  public var kind: String {
    activation == .identity ? "norm" : "norm, \(activation)"
  }
}

extension Activation {
  public var kind: String { function.description }
}

extension Scaling {
  public var kind: String { "times \(factor)" }
}

extension MaxPool {
  public var kind: String { (rectifies ? "ReLU, " : "") + "max pool \(grid.summaryName)" }
}

extension AveragePool {
  public var kind: String { "average pool \(grid.summaryName)" }
}

extension Dropout {
  public var kind: String { "dropout \(probability)" }
}

extension Add {
  public var kind: String { "sum" }
}

extension ChannelPad {
  public var kind: String { "pad channels by \(extraChannels)" }
}

extension ConvolutionGeometry {
  fileprivate var kernelDescription: String { "conv \(kernelHeight)×\(kernelWidth)" }

  fileprivate func multiplyAdds(for input: FeatureMapShape) -> Int {
    outputShape(for: input).pixelCount * outputChannels * inputChannels * kernelHeight * kernelWidth
  }
}

extension PoolingGrid {
  fileprivate var summaryName: String {
    switch self {
    case .windows(let size, let stride, _): "\(size)×\(size), stride \(stride)"
    case .adaptive(let count): "to \(count)×\(count)"
    }
  }
}
