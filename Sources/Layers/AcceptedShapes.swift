import Tensors

// The heights and widths that a layer accepts, for layers that do not accept all.

extension Linear {
  public func accepts(_ inputs: [FeatureMapShape]) -> Bool {
    inputs[0].height == inputHeight && inputs[0].width == inputWidth
  }
}

extension Convolution {
  public func accepts(_ inputs: [FeatureMapShape]) -> Bool {
    geometry.accepts(inputs[0])
      && inputs.dropFirst().allSatisfy { $0 == geometry.outputShape(for: inputs[0]) }
  }
}

extension MixedConvolution {
  public func accepts(_ inputs: [FeatureMapShape]) -> Bool {
    geometry.accepts(inputs[0]) && inputs[1].pixelCount == 1
  }
}

extension AveragePool {
  public func accepts(_ inputs: [FeatureMapShape]) -> Bool { grid.accepts(inputs[0]) }
}

extension MaxPool {
  public func accepts(_ inputs: [FeatureMapShape]) -> Bool { grid.accepts(inputs[0]) }
}

extension BatchNorm {
  public func accepts(_ inputs: [FeatureMapShape]) -> Bool {
    inputs.allSatisfy { $0 == inputs[0] }
  }
}

extension Add {
  public func accepts(_ inputs: [FeatureMapShape]) -> Bool { inputs[0] == inputs[1] }
}

extension ConvolutionGeometry {
  /// Whether the filter fits into the padded input.
  fileprivate func accepts(_ input: FeatureMapShape) -> Bool {
    min(input.height + 2 * padding - kernelHeight, input.width + 2 * padding - kernelWidth) >= 0
  }
}

extension PoolingGrid {
  /// Whether the input has room for a window.
  fileprivate func accepts(_ input: FeatureMapShape) -> Bool {
    switch self {
    case .windows(let size, _, let ceilMode): ceilMode || min(input.height, input.width) >= size
    case .adaptive: true
    }
  }
}
