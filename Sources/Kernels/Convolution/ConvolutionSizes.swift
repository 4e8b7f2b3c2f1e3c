import Tensors

/// A convolution's geometry with the shapes that it reads and writes.
struct ConvolutionSizes: Sendable {
  let geometry: ConvolutionGeometry
  let input: FeatureMapShape
  let output: FeatureMapShape
  let layout: KernelLayout

  init(_ geometry: ConvolutionGeometry, input: FeatureMapShape) {
    self.geometry = geometry
    self.input = input
    output = geometry.outputShape(for: input)
    layout = KernelLayout(geometry, inputStride: input.channelStride)
  }
}
