import Kernels
import Randomness
import Tensors

/// Zeroes random elements in training, and scales the others so that the mean is preserved.
///
///     y = x · m / (1 − p), where m is 1 with probability 1 − p and 0 otherwise
///
/// In evaluation y = x. The mask of an image depends only on the seed, the layer's name, the epoch
/// and the image's position in the epoch; neither the thread count nor the batch size changes it.
///
/// Shapes: x, y `[N, H, W, C]`.
/// Source: Srivastava et al., 2014, "Dropout", JMLR 15, section 10, for scaling in training.
public final class Dropout: RandomLayer, @unchecked Sendable {
  public let name: String
  /// p, the fraction of elements that are dropped.
  public let probability: Double
  private var origin: BatchOrigin?

  /// - Precondition: 0 ≤ probability < 1.
  public init(name: String, probability: Double) {
    precondition(probability >= 0 && probability < 1, "a dropout of \(probability)")
    self.name = name
    self.probability = probability
  }

  public var parameters: [Parameter] { [] }
  public var backwardReads: BackwardReads { [] }

  public func outputShape(for inputs: [FeatureMapShape]) -> FeatureMapShape {
    requireVectors(inputs, count: 1...1, "a dropout")
    return inputs[0]
  }

  public func reserve(for inputs: [FeatureMapShape], mode: Mode, on pool: WorkerPool) {}

  public func begin(_ origin: BatchOrigin) { self.origin = origin }

  public func forward(_ pass: ForwardPass, on pool: WorkerPool) {
    let (inputs, output) = (pass.inputs, pass.output)
    precondition(
      inputs[0].shape == output.shape, "a dropout of \(inputs[0].shape) into \(output.shape)")
    switch pass.mode {
    case .training: mask(inputs[0], into: output, adding: false, on: pool)
    case .evaluation: Pointwise.copy(inputs[0], into: output, adding: false, on: pool)
    }
  }

  public func backward(_ pass: BackwardPass, on pool: WorkerPool) {
    guard let target = pass.inputGradients[0] else { return }
    // The mask is generated again: each element depends on its position alone.
    mask(pass.outputGradient, into: target.map, adding: target.adds, on: pool)
  }

  /// target = (or +=) source · m / (1 − p).
  private func mask(
    _ source: FeatureMap, into target: FeatureMap, adding: Bool, on pool: WorkerPool
  ) {
    switch source.shape.precision {
    case .float32: mask(source, Float.self, into: target, adding, on: pool)
    case .bfloat16: mask(source, BFloat16.self, into: target, adding, on: pool)
    }
  }

  private func mask<Element: MapElement>(
    _ source: FeatureMap, _: Element.Type, into target: FeatureMap, _ adding: Bool,
    on pool: WorkerPool
  ) {
    guard let origin else {
      preconditionFailure("dropout '\(name)' in training without a word on which batch it is")
    }
    let shape = source.shape
    let (source, target) = (source.numbers(as: Element.self), target.numbers(as: Element.self))
    let scale = Float(1 / (1 - probability))
    // A random 64-bit word below the threshold drops its element.
    let threshold = UInt64(probability * 0x1p64)
    pool.forEachPiece(shape.count) { image, _ in
      var stream = RandomStream(
        seed: origin.seed, purpose: "dropout", name: name, epoch: origin.epoch,
        index: origin.position + image)
      var x = UnsafePointer(source + image * shape.imageStride)
      var y = target + image * shape.imageStride
      for _ in 0..<shape.pixelCount {
        for channel in 0..<shape.channels {
          // Multiply instead of select, so that NaN in a dropped element still propagates.
          let value = x[channel].float * (stream.next() < threshold ? 0 : scale)
          y[channel] = Element(adding ? y[channel].float + value : value)
        }
        if !adding {
          (y + shape.channels)
            .update(repeating: Element(0), count: shape.channelStride - shape.channels)
        }
        x += shape.channelStride
        y += shape.channelStride
      }
    }
  }
}
