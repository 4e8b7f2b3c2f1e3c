import Tensors

/// Which engine takes the fewest products for a convolution, and may: what an engine rounds off decides where it
/// serves (docs/kernels.md).
///
/// - On the way forward in training it decides on which side of a kink a number falls, and so which gradients there
///   are. In float32 the largest tiles round off too much for it; in bfloat16, whose maps are rounded more than any
///   tile in float32, tiles that are rounded too blur whole gradients.
/// - In evaluation it moves an answer's last digits, and on the way back a gradient's.
struct FewestProducts {
  private typealias Engine = ConvolutionKernel.Engine
  private let geometry: ConvolutionGeometry
  private let input: FeatureMapShape

  init(_ geometry: ConvolutionGeometry, input: FeatureMapShape) {
    (self.geometry, self.input) = (geometry, input)
  }

  /// Of maps in float32; nil where no engine takes fewer products than the formula.
  func inFloat32(_ training: Bool) -> (
    forward: ConvolutionKernel.Engine, backward: ConvolutionKernel.Engine
  )? {
    guard let steady = least(upTo: .fourByTwo, .float32), let any = least(.float32) else {
      return nil
    }
    return ((training ? steady : any).engine, any.engine)
  }

  func forwardInBFloat16(training: Bool) -> ConvolutionKernel.Engine {
    // What a map is not rounded to is not lost by tiles in float32.
    let exact = faster(least(.float32), directPairs)
    guard !training, let rounded = least(upTo: .two, .bfloat16) else { return exact.engine }
    // An answer's digits are worth a fifth of its time.
    return rounded.time < 0.8 * exact.time ? rounded.engine : exact.engine
  }

  var inputGradientInBFloat16: ConvolutionKernel.Engine { (least(.bfloat16) ?? directPairs).engine }

  /// Segments of 5×5 lie a tile apart, as pairs of tiles do not.
  var weightGradientInBFloat16: ConvolutionKernel.Engine {
    geometry.kernelWidth == 3 ? inputGradientInBFloat16 : .tiles
  }

  /// An engine, and the time of its products where two of bfloat16 take as long as one of float32.
  private struct Candidate {
    let engine: Engine
    let time: Double
  }

  private var directPairs: Candidate {
    let taps = geometry.kernelHeight * geometry.kernelWidth
    return Candidate(
      engine: .tiles, time: 0.5 * Double(taps * geometry.outputShape(for: input).pixelCount))
  }

  /// The fastest whose tiles are no larger than some. Layers ask in each pass, so nothing is taken from the heap.
  private func least(upTo largest: WinogradFilter = .four, _ factors: Precision) -> Candidate? {
    guard var best = candidate(.two, factors) else { return nil }
    if largest != .two { best = faster(candidate(.fourByTwo, factors), best) }
    if largest == .four { best = faster(candidate(.four, factors), best) }
    return best
  }

  /// The second where they are equal.
  private func faster(_ first: Candidate?, _ second: Candidate) -> Candidate {
    if let first, first.time < second.time { first } else { second }
  }

  private func candidate(_ filter: WinogradFilter, _ factors: Precision) -> Candidate? {
    guard WinogradConvolution.fits(filter, geometry, input: input) else { return nil }
    let products = WinogradConvolution.products(filter, geometry, input: input)
    return Candidate(
      engine: .winograd(filter, factors: factors),
      time: (factors == .float32 ? 1 : 0.5) * Double(products))
  }
}
