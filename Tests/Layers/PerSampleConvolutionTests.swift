import Kernels
import Randomness
import Tensors
import TestSupport
import Testing

/// Convolutions in which each image of the batch has a kernel of its own, against the formula in
/// `Double`, image by image.
@Suite struct PerSampleConvolutionTests {
  /// A convolution, its padded operands, and the same numbers in PyTorch's order.
  private struct Case {
    let geometry: ConvolutionGeometry
    let x: DenseTensor
    /// One kernel [O, C, kh, kw] for each image.
    let kernels: [DenseTensor]
    let dy: DenseTensor
    let inputShape: FeatureMapShape
    let outputShape: FeatureMapShape
    /// More than a kernel takes, so that a wrong step shows.
    let weightStride: Int
    let convolution: DirectConvolution
    let weight: AlignedBuffer

    /// - Parameter size: count, channels, height, width, outputs, kernel, stride, padding.
    init(_ size: [Int]) {
      geometry = ConvolutionGeometry(
        inputChannels: size[1], outputChannels: size[4], kernelHeight: size[5],
        kernelWidth: size[5], stride: size[6], padding: size[7])
      inputShape = FeatureMapShape(
        count: size[0], height: size[2], width: size[3], channels: size[1])
      outputShape = geometry.outputShape(for: inputShape)
      convolution = DirectConvolution(geometry, input: inputShape)
      var stream = RandomStream(seed: 11, purpose: "per-sample test", index: size.reduce(0, +))
      func random(_ shape: [Int]) -> DenseTensor {
        DenseTensor(
          shape: shape,
          values: (0..<shape.reduce(1, *)).map { _ in Float(stream.uniform()) * 2 - 1 })
      }
      x = random([size[0], size[1], size[2], size[3]])
      kernels = (0..<size[0]).map { _ in random([size[4], size[1], size[5], size[5]]) }
      dy = random([size[0], size[4], outputShape.height, outputShape.width])
      weightStride = convolution.kernelCount + 48
      weight = AlignedBuffer(count: weightStride * size[0])
      for (image, kernel) in kernels.enumerated() {
        for (dense, padded) in places.enumerated() {
          weight.base[image * weightStride + padded] = kernel.values[dense]
        }
      }
    }

    /// Where each number of a dense kernel lies in a padded one.
    var places: [Int] {
      let layout = KernelLayout(geometry, inputStride: inputShape.channelStride)
      return (0..<geometry.outputChannels).flatMap { o in
        (0..<geometry.inputChannels).flatMap { c in
          (0..<geometry.kernelHeight).flatMap { row in
            (0..<geometry.kernelWidth).map { column in
              layout.place(output: o, input: c, row: row, column: column)
            }
          }
        }
      }
    }

    func image(_ index: Int, of batch: DenseTensor) -> Reference.Tensor {
      let count = batch.values.count / batch.shape[0]
      return Reference.Tensor(
        DenseTensor(
          shape: [1] + batch.shape[1...],
          values: Array(batch.values[index * count..<(index + 1) * count])))
    }

    func map(_ shape: FeatureMapShape, _ values: DenseTensor?) -> OwnedFeatureMap {
      let map = OwnedFeatureMap(shape)
      map.fill(.nan)
      if let values { map.load(values) }
      return map
    }

    func forward(threads: Int) -> [Float] {
      let pool = WorkerPool(threadCount: threads)
      pool.reserveScratch(convolution.scratchCount)
      let (input, output) = (map(inputShape, x), map(outputShape, nil))
      withExtendedLifetime((input, output)) {
        convolution.forward(
          input.map, weight: weight.base, weightStride: weightStride, bias: nil, into: output.map,
          on: pool)
      }
      return output.dense.values
    }

    func inputGradient(threads: Int, addingTo: Float? = nil) -> [Float] {
      let pool = WorkerPool(threadCount: threads)
      pool.reserveScratch(convolution.perSampleInputGradientScratchCount)
      let (dx, dy) = (map(inputShape, nil), map(outputShape, dy))
      if let addingTo { dx.fill(addingTo) }
      withExtendedLifetime((dx, dy)) {
        convolution.inputGradient(
          dy.map, weight: weight.base, weightStride: weightStride, into: dx.map,
          adding: addingTo != nil, on: pool)
      }
      return dx.dense.values
    }

    /// Each image's gradient as a dense kernel.
    func weightGradients(threads: Int) -> [[Float]] {
      let pool = WorkerPool(threadCount: threads)
      pool.reserveScratch(convolution.scratchCount)
      let (input, dy) = (map(inputShape, x), map(outputShape, dy))
      let gradients = AlignedBuffer(count: weight.count)
      gradients.elements.update(repeating: .nan)
      withExtendedLifetime((input, dy)) {
        convolution.weightGradientPerSample(
          input.map, dy.map, into: gradients.base, stride: weightStride, on: pool)
      }
      return kernels.indices.map { image in
        places.map { gradients.base[image * weightStride + $0] }
      }
    }
  }

  static let sizes = [
    // count, channels, height, width, outputs, kernel, stride, padding
    [1, 1, 1, 1, 1, 1, 1, 0], [3, 3, 5, 4, 5, 3, 1, 1], [2, 17, 4, 3, 2, 3, 2, 1],
    [5, 2, 7, 5, 17, 2, 2, 0], [2, 33, 4, 4, 49, 3, 1, 1], [3, 20, 13, 13, 18, 3, 1, 1],
    [2, 2, 9, 9, 2, 1, 3, 0],
  ]

  @Test(arguments: sizes)
  func againstTheFormula(_ size: [Int]) {
    let sample = Case(size)
    let pieces = sample.kernels.indices.map { index in
      let x = sample.image(index, of: sample.x)
      let dy = sample.image(index, of: sample.dy)
      let kernel = Reference.Tensor(sample.kernels[index])
      return (
        y: Reference.convolution(
          x, weight: kernel, bias: nil, stride: size[6], padding: size[7]
        ).dense.values,
        gradients: Reference.convolutionGradients(
          x, weight: kernel, outputGradient: dy, stride: size[6], padding: size[7])
      )
    }
    expectClose(
      sample.forward(threads: 2), pieces.flatMap(\.y), .ofLargest(1e-5), "output", shape: size)
    let dx = pieces.flatMap(\.gradients.x.dense.values)
    expectClose(
      sample.inputGradient(threads: 2), dx, .ofLargest(1e-5), "input gradient", shape: size)
    expectClose(
      sample.inputGradient(threads: 2, addingTo: 1).map { $0 - 1 }, dx, .ofLargest(1e-5),
      "added input gradient", shape: size)
    for (image, gradient) in sample.weightGradients(threads: 2).enumerated() {
      expectClose(
        gradient, pieces[image].gradients.weight.dense.values, .ofLargest(1e-5),
        "kernel gradient of image \(image)", shape: size)
    }
  }

  @Test(arguments: sizes)
  func threadsDoNotChangeBits(_ size: [Int]) {
    let sample = Case(size)
    for threads in [2, 3, 5] {
      #expect(sample.forward(threads: threads) == sample.forward(threads: 1))
      #expect(sample.inputGradient(threads: threads) == sample.inputGradient(threads: 1))
      #expect(sample.weightGradients(threads: threads) == sample.weightGradients(threads: 1))
    }
  }
}
