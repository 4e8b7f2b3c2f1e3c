import Kernels
import Tensors
import Testing

/// The sums over the output's gradient that the backward pass of a norm needs.
struct NormSums {
  private let numbers: AlignedBuffer
  private let sums: NormGradientSums
  private let expected: NormGradientSums
  private let memory: (computed: AlignedBuffer, expected: AlignedBuffer)

  /// - Parameters:
  ///   - x: The norm's input.
  ///   - y: The norm's output, if a residual was added.
  init(x: FeatureMap, y: FeatureMap? = nil) {
    let stride = x.shape.channelStride
    let numbers = AlignedBuffer(count: 3 * stride)
    for index in 0..<3 * stride { numbers.base[index] = Float(index % 7) * 0.1 - 0.2 }
    let coefficients = BatchNormalization.Coefficients(
      mean: numbers.base, scale: numbers.base + stride, bias: numbers.base + 2 * stride,
      function: .leakyReLU(slope: 0.1))
    let count = ImageStatistics.byteCount(for: x.shape) / MemoryLayout<Float>.stride
    memory = (AlignedBuffer(count: count), AlignedBuffer(count: count))
    sums = NormGradientSums(
      x: x, sumArgument: y, coefficients: coefficients, images: memory.computed)
    expected = NormGradientSums(
      x: x, sumArgument: y, coefficients: coefficients, images: memory.expected)
    self.numbers = numbers
  }

  var epilogue: any ImageEpilogue { sums }

  /// Expects that they have been computed for all images of a gradient, bit-identically.
  func expectComputed(of gradient: FeatureMap, sourceLocation: SourceLocation = #_sourceLocation) {
    withExtendedLifetime(numbers) {
      for image in 0..<gradient.shape.count { expected.run(image: image, of: gradient) }
    }
    let isSame =
      memory.computed.elements.map(\.bitPattern) == memory.expected.elements.map(\.bitPattern)
    #expect(isSame, sourceLocation: sourceLocation)
    #expect(memory.expected.elements.contains { $0 != 0 }, sourceLocation: sourceLocation)
  }
}
