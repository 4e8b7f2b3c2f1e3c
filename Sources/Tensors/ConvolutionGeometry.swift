/// The sizes of a two-dimensional convolution.
///
///     outputExtent = (inputExtent + 2 · padding − kernelExtent) / stride + 1, rounded down
public struct ConvolutionGeometry: Hashable, Sendable {
  public let inputChannels: Int
  public let outputChannels: Int
  public let kernelHeight: Int
  public let kernelWidth: Int
  public let stride: Int
  public let padding: Int

  /// - Precondition: sizes and stride are positive, padding is not negative.
  public init(
    inputChannels: Int, outputChannels: Int, kernelHeight: Int, kernelWidth: Int, stride: Int,
    padding: Int
  ) {
    precondition(
      inputChannels > 0 && outputChannels > 0 && kernelHeight > 0 && kernelWidth > 0 && stride > 0
        && padding >= 0,
      "a convolution of \(inputChannels) to \(outputChannels) channels, kernel \(kernelHeight)×"
        + "\(kernelWidth), stride \(stride), padding \(padding)")
    self.inputChannels = inputChannels
    self.outputChannels = outputChannels
    self.kernelHeight = kernelHeight
    self.kernelWidth = kernelWidth
    self.stride = stride
    self.padding = padding
  }

  /// The output shape for an input shape.
  ///
  /// - Precondition: the channels agree, and the padded input is at least as large as the filter.
  public func outputShape(for input: FeatureMapShape) -> FeatureMapShape {
    precondition(
      input.channels == inputChannels,
      "a convolution of \(inputChannels) channels on feature maps \(input)")
    let height = input.height + 2 * padding - kernelHeight
    let width = input.width + 2 * padding - kernelWidth
    precondition(
      height >= 0 && width >= 0,
      "a \(kernelHeight)×\(kernelWidth) kernel with padding \(padding) on feature maps \(input)")
    return input.output(
      height: height / stride + 1, width: width / stride + 1, channels: outputChannels)
  }
}
