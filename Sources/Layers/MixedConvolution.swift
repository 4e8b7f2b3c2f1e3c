import Foundation
import Kernels
import Tensors

/// A convolution whose kernel is mixed for each image from a bank of K, by shares that another part of
/// the network derives from the image.
///
///     a_n = softmax(logits_n)
///     y_n = (Σ_k a_nk · weight_k) ∗ x_n
///
/// That is the sum of K convolutions, each times its share: mixing is linear, so the kernels are mixed
/// and not the outputs, and one convolution an image remains.
///
/// Kernels of single images are many times as large as their bank. They are made for a few images at a
/// time, in memory that all layers share, and once more in the backward pass.
///
/// Shapes: x `[N, H, W, C]`, logits `[N, 1, 1, K]`, y `[N, H, W, O]`; weight
/// `[K, O, C, kernelSize, kernelSize]`. Stride 1, and zeros beyond the edge.
/// Source: Chen et al., 2020, arXiv:1912.03458, section 3.
public final class MixedConvolution: ImageByImageLayer, @unchecked Sendable {
  public let geometry: ConvolutionGeometry
  /// K.
  public let kernelCount: Int
  public let weight: Parameter
  private let inputChannelStride: Int
  /// The shares and their gradients, `[N, K]` each.
  private var shares = AlignedBuffer(count: 0)
  private var shareGradients = AlignedBuffer(count: 0)

  /// Images whose kernels are in memory at once: enough for a bank to be read seldom and for the
  /// threads to share.
  private static let chunkSize = 8

  /// - Parameters:
  ///   - kernelSize: Odd, so that the extent is kept.
  ///   - readsImages: Whether the input is a batch of images, whose channels are padded to 4.
  public init(
    name: String, inputChannels: Int, outputChannels: Int, kernelSize: Int, kernelCount: Int,
    readsImages: Bool = false
  ) {
    precondition(kernelCount > 0, "a mixture of \(kernelCount) kernels")
    precondition(kernelSize % 2 == 1, "a mixed kernel of even size \(kernelSize)")
    geometry = ConvolutionGeometry(
      inputChannels: inputChannels, outputChannels: outputChannels, kernelHeight: kernelSize,
      kernelWidth: kernelSize, stride: 1, padding: kernelSize / 2)
    self.kernelCount = kernelCount
    inputChannelStride =
      readsImages
      ? FeatureMapShape.images(count: 1, height: 1, width: 1, channels: inputChannels).channelStride
      : FeatureMapShape.paddedChannels(inputChannels)
    weight = Parameter(
      name: "\(name).weight",
      shape: [kernelCount, outputChannels, inputChannels, kernelSize, kernelSize], role: .weight,
      layout: .kernels(
        KernelLayout(geometry, inputStride: inputChannelStride), count: kernelCount))
  }

  public var parameters: [Parameter] { [weight] }
  public var backwardReads: BackwardReads { .inputs }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    precondition(inputs.count == 2, "a mixed convolution of \(inputs.count) inputs")
    precondition(
      inputs[0].channelStride == inputChannelStride,
      "a mixed convolution of maps with \(inputChannelStride) floats a pixel on \(inputs[0]) with "
        + "\(inputs[0].channelStride)")
    precondition(
      inputs[1].count == inputs[0].count && inputs[1].pixelCount == 1
        && inputs[1].channels == kernelCount && inputs[1].fillsVectors,
      "a mixture of \(kernelCount) kernels on \(inputs[0]) by logits \(inputs[1])")
    return geometry.outputShape(for: inputs[0])
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {
    let convolution = DirectConvolution(geometry, input: inputs[0])
    let images = min(Self.chunkSize, inputs[0].count)
    let size = convolution.kernelCount
    pool.reserveScratch(convolution.scratchCount)
    grow(&shares, to: inputs[0].count * kernelCount)
    switch mode {
    case .evaluation: pool.reserveShared(images * size)
    case .training:
      pool.reserveScratch(convolution.inputGradientScratchCount)
      pool.reserveShared(
        (2 * images + kernelCount) * size + mixing(size).partialCount(images: images))
      grow(&shareGradients, to: inputs[0].count * kernelCount)
    }
  }

  public func forward(
    _ inputs: [FeatureMap], into output: FeatureMap, mode: Mode, statistics: ImageStatistics?,
    on pool: WorkerPool
  ) {
    let x = inputs[0]
    precondition(
      outputShape(for: inputs.map(\.shape)) == output.shape,
      "a mixed convolution of \(x.shape) into \(output.shape)")
    takeShares(of: inputs[1])
    let convolution = DirectConvolution(geometry, input: x.shape.with(count: 1))
    let size = convolution.kernelCount
    let mixed = pool.shared.base
    for chunk in chunks(of: x.shape.count) {
      mix(weight.value.base, chunk, size, into: mixed, on: pool)
      convolution.forward(
        x.images(chunk), weight: mixed, weightStride: size, bias: nil, into: output.images(chunk),
        statistics: statistics?.skipping(chunk.lowerBound, of: output.shape), on: pool)
    }
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    guard let weightGradient = weight.gradient else { return }
    let (x, dy) = (pass.inputs[0], pass.outputGradient)
    let convolution = DirectConvolution(geometry, input: x.shape.with(count: 1))
    let size = convolution.kernelCount
    let room = min(Self.chunkSize, x.shape.count) * size
    let turned = pool.shared.base
    let mixed = turned + kernelCount * size
    let (gradients, partial) = (mixed + room, mixed + 2 * room)
    if pass.inputGradients[0] != nil {
      for kernel in 0..<kernelCount {
        convolution.turn(
          weight.value.base + kernel * size, into: turned + kernel * size, on: pool)
      }
    }
    for chunk in chunks(of: x.shape.count) {
      if let target = pass.inputGradients[0] {
        precondition(convolution.hasInputGradient, "a gradient of images \(target.map.shape)")
        mix(turned, chunk, size, into: mixed, on: pool)
        convolution.inputGradient(
          dy.images(chunk), turned: mixed, turnedStride: size, into: target.map.images(chunk),
          adding: target.adds, on: pool)
      }
      convolution.weightGradientPerSample(
        x.images(chunk), dy.images(chunk), into: gradients, stride: size, on: pool)
      mixing(size).backward(
        bank: weight.value.base, shares: shares.base + chunk.lowerBound * kernelCount,
        mixedGradient: gradients, images: chunk.count, into: weightGradient.base,
        adding: chunk.lowerBound > 0,
        shareGradient: shareGradients.base + chunk.lowerBound * kernelCount, partial: partial,
        on: pool)
    }
    if let target = pass.inputGradients[1] { writeLogitGradient(to: target) }
  }

  private func mixing(_ size: Int) -> KernelMixing {
    KernelMixing(kernels: kernelCount, size: size)
  }

  private func chunks(of count: Int) -> [Range<Int>] {
    stride(from: 0, to: count, by: Self.chunkSize)
      .map { $0..<min($0 + Self.chunkSize, count) }
  }

  private func mix(
    _ bank: UnsafePointer<Float>, _ images: Range<Int>, _ size: Int,
    into mixed: UnsafeMutablePointer<Float>, on pool: WorkerPool
  ) {
    mixing(size).forward(
      bank: bank, shares: shares.base + images.lowerBound * kernelCount,
      images: images.count, into: mixed, on: pool)
  }

  /// shares = softmax(logits), image by image.
  private func takeShares(of logits: FeatureMap) {
    for image in 0..<logits.shape.count {
      let source = logits.base + image * logits.shape.imageStride
      let target = shares.base + image * kernelCount
      let largest = (0..<kernelCount).reduce(-Float.infinity) { max($0, source[$1]) }
      let powers = (0..<kernelCount).map { exp(Double(source[$0]) - Double(largest)) }
      let sum = powers.reduce(0, +)
      for kernel in 0..<kernelCount { target[kernel] = Float(powers[kernel] / sum) }
    }
  }

  /// dlogit = a · (da − Σ a · da).
  private func writeLogitGradient(to target: InputGradient) {
    let shape = target.map.shape
    if !target.adds { target.map.elements.update(repeating: 0) }
    for image in 0..<shape.count {
      let share = shares.base + image * kernelCount
      let gradient = shareGradients.base + image * kernelCount
      let mean = (0..<kernelCount).reduce(0.0) { $0 + Double(share[$1]) * Double(gradient[$1]) }
      for kernel in 0..<kernelCount {
        target.map.base[image * shape.imageStride + kernel] += Float(
          Double(share[kernel]) * (Double(gradient[kernel]) - mean))
      }
    }
  }
}
