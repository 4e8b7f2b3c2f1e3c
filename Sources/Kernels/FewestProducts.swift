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

  /// Of maps in float32; nil where Winograd's tiles do not fit.
  func inFloat32(_ training: Bool) -> (
    forward: ConvolutionKernel.Engine, backward: ConvolutionKernel.Engine
  )? {
    guard let steady = least(upTo: .fourByTwo, .float32), let any = least(.float32) else {
      return nil
    }
    return ((training ? steady : any).engine, any.engine)
  }

  /// Where each image has a mixture of kernels.
  func forwardByMixtures(training: Bool) -> ConvolutionKernel.Engine {
    byMixtures(upTo: training && input.arithmetic == .float32 ? .fourByTwo : .four, .float32)
  }

  var inputGradientByMixtures: ConvolutionKernel.Engine {
    byMixtures(upTo: .four, input.arithmetic)
  }

  /// The gradient of a whole bank.
  var bankGradient: ConvolutionKernel.Engine {
    let factors = input.arithmetic
    return byMixtures(upTo: .four, factors) { Self.time(of: $0, factors) }
  }

  private func byMixtures(
    upTo largest: WinogradFilter, _ factors: Precision
  ) -> ConvolutionKernel.Engine {
    byMixtures(upTo: largest, factors) { tiles in
      // Eight tiles or more are multiplied at once, those of one image.
      Self.time(of: (tiles + 7) / 8 * 8, factors)
    }
  }

  /// Kernels of 3×3 are mixed at points, where they do not go through memory image by image; segments of 5×5 are not.
  ///
  /// - Parameter time: What the products of so many tiles take at a point.
  private func byMixtures(
    upTo largest: WinogradFilter, _ factors: Precision, time: (_ tiles: Int) -> Double
  ) -> ConvolutionKernel.Engine {
    guard geometry.kernelWidth == 3 else { return direct.engine }
    // Products in whose time a weight is mixed at a point, and rounded; measured with four kernels.
    let mixing = factors == .float32 ? 12.0 : 20
    let candidate = least(upTo: largest, factors) { filter, tiles in
      Double(filter.points) * (time(tiles) + mixing)
    }
    return (candidate ?? direct).engine
  }

  /// Of maps in bfloat16.
  func forwardInBFloat16(training: Bool) -> ConvolutionKernel.Engine {
    // What a map is not rounded to is not lost by tiles in float32.
    let exact = faster(least(.float32), direct)
    guard !training, let rounded = least(upTo: .two, .bfloat16) else { return exact.engine }
    // An answer's digits are worth a fifth of its time.
    return rounded.time < 0.8 * exact.time ? rounded.engine : exact.engine
  }

  var inputGradientInBFloat16: ConvolutionKernel.Engine { faster(least(.bfloat16), direct).engine }

  /// Segments of 5×5 lie a tile apart, as pairs of tiles do not.
  var weightGradientInBFloat16: ConvolutionKernel.Engine {
    geometry.kernelWidth == 3 ? inputGradientInBFloat16 : .tiles
  }

  /// An engine, and the time of its products.
  private struct Candidate {
    let engine: Engine
    let time: Double
  }

  /// Two of bfloat16 take as long as one of float32.
  private static func time(of products: Int, _ factors: Precision) -> Double {
    factors == .float32 ? Double(products) : Double(products) / 2
  }

  private var direct: Candidate {
    let taps = geometry.kernelHeight * geometry.kernelWidth
    let products = taps * geometry.outputShape(for: input).pixelCount
    return Candidate(
      engine: input.arithmetic == .float32 ? .vectors : .tiles,
      time: Self.time(of: products, input.arithmetic))
  }

  /// The fastest whose tiles are no larger than some. Layers ask in each pass, so nothing is taken from the heap.
  private func least(upTo largest: WinogradFilter = .four, _ factors: Precision) -> Candidate? {
    least(upTo: largest, factors) { filter, _ in
      Self.time(of: WinogradConvolution.products(filter, geometry, input: input), factors)
    }
  }

  /// - Parameter time: What a filter takes for so many tiles of an image.
  private func least(
    upTo largest: WinogradFilter, _ factors: Precision,
    time: (_ filter: WinogradFilter, _ tiles: Int) -> Double
  ) -> Candidate? {
    let output = geometry.outputShape(for: input)
    func candidate(_ filter: WinogradFilter) -> Candidate? {
      guard WinogradConvolution.fits(filter, geometry, input: input) else { return nil }
      let tiles = filter.rows(of: output) * filter.columns(of: output)
      return Candidate(
        engine: .winograd(filter, factors: factors), time: time(filter, tiles))
    }
    guard var best = candidate(.two) else { return nil }
    if largest != .two { best = faster(candidate(.fourByTwo), best) }
    if largest == .four { best = faster(candidate(.four), best) }
    return best
  }

  /// The second where they are equal.
  private func faster(_ first: Candidate?, _ second: Candidate) -> Candidate {
    if let first, first.time < second.time { first } else { second }
  }
}
