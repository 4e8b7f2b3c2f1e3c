import Tensors

extension ConvolutionAlgorithms {
  /// The best choice for a convolution.
  ///
  /// - Parameters:
  ///   - training: Whether all three passes run, or only the output.
  ///   - mixed: Whether each image has a mixture of a bank of weights.
  public init(
    bestFor geometry: ConvolutionGeometry, input: FeatureMapShape, training: Bool,
    mixed: Bool = false
  ) {
    let choice = AlgorithmChoice(geometry, input: input, training: training)
    self = mixed ? choice.mixedAlgorithms : choice.algorithms
  }
}

/// Chooses the algorithm of each pass of a convolution: the fastest one that is accurate enough for
/// the pass (docs/kernels.md).
///
/// - Forward in training, rounding can move a value to the other side of an activation's kink,
///   which changes whole gradients. Winograd 4×4 rounds too much for float32 maps; Winograd with
///   bfloat16 factors rounds too much for all maps.
/// - In evaluation and in the backward pass, rounding changes only the last digits of the result.
///
/// `bench --algorithms` prints the choices for each layer of a network.
private struct AlgorithmChoice {
  private let geometry: ConvolutionGeometry
  private let input: FeatureMapShape
  private let isTraining: Bool
  private let arithmetic: Precision

  init(_ geometry: ConvolutionGeometry, input: FeatureMapShape, training: Bool) {
    (self.geometry, self.input, isTraining) = (geometry, input, training)
    arithmetic = input.arithmetic
  }

  /// | layer | output | gradients |
  /// |---|---|---|
  /// | 1×1, stride 1 (in bfloat16 without AMX) | matrix product | matrix product |
  /// | 3×3 and 5×5, stride 1, float32 | Winograd; in training 2×2 | Winograd |
  /// | the same, bfloat16 without AMX | Winograd or direct, also pixel by pixel | as output, Winograd in bfloat16 |
  /// | bfloat16 with AMX | AMX | AMX |
  /// | others in float32 | direct, or AMX with full tiles | as output; direct for weights |
  var algorithms: ConvolutionAlgorithms {
    let isByMatrices = PointwisePass.fits(geometry, input: input)
    if isByMatrices && (arithmetic == .float32 || !TileUnit.hasRegisters) {
      return ConvolutionAlgorithms(.matrixProduct)
    }
    if arithmetic == .bfloat16 {
      guard !TileUnit.hasRegisters else { return ConvolutionAlgorithms(.bfloat16Products) }
      return ConvolutionAlgorithms(
        output: outputInBFloat16, inputGradient: inputGradientInBFloat16,
        weightGradient: weightGradientInBFloat16)
    }
    if let exact = least(upTo: .two, .float32), let any = least(.float32) {
      return ConvolutionAlgorithms(
        output: (isTraining ? exact : any).algorithm, inputGradient: any.algorithm,
        weightGradient: any.algorithm)
    }
    return directAlgorithms
  }

  /// The algorithms of a mixed convolution.
  var mixedAlgorithms: ConvolutionAlgorithms {
    guard TileUnit.hasRegisters else {
      let isExact = isTraining && arithmetic == .float32
      return ConvolutionAlgorithms(
        output: mixed(upTo: isExact ? .two : .four, .float32),
        inputGradient: mixed(upTo: .four, arithmetic),
        weightGradient: mixed(upTo: .four, arithmetic) { Self.time(of: $0, arithmetic) })
    }
    return arithmetic == .bfloat16 ? ConvolutionAlgorithms(.bfloat16Products) : directAlgorithms
  }

  // MARK: Float32 without Winograd

  private var directAlgorithms: ConvolutionAlgorithms {
    ConvolutionAlgorithms(
      output: direct(inputs: geometry.inputChannels, geometry.outputChannels),
      inputGradient: direct(inputs: geometry.outputChannels, geometry.inputChannels),
      // Each sum needs both operands loaded, three parts each: AMX gains nothing (docs/kernels.md).
      weightGradient: .direct)
  }

  /// Six AMX products take half the time of one float32 sum in vectors if their AMX tiles are full.
  /// They multiply 32 elements of a patch's row by 16 outputs, so `fullness` is the row's length
  /// divided by that length rounded up to a multiple of 32. Up to 32 outputs, one pair of weight
  /// tiles, AMX is used at any fullness. Vectors are full with any 16 outputs. Rows of fewer than
  /// 48 elements, as in images and small filters, cost more to split into parts than to multiply.
  private func direct(inputs: Int, _ outputs: Int) -> ConvolutionAlgorithm {
    let run = geometry.kernelWidth * inputs
    guard TileUnit.hasRegisters, geometry.kernelHeight > 1, run >= 48 else { return .direct }
    let depth = TileUnit.depth
    let fullness = Double(run) / Double((run + depth - 1) / depth * depth)
    return fullness > 0.78 || outputs <= 2 * TileUnit.width ? .bfloat16Products : .direct
  }

  // MARK: Maps in bfloat16

  private var outputInBFloat16: ConvolutionAlgorithm {
    // Winograd in float32 rounds below the precision of the map.
    let exact = faster(least(.float32), faster(byPixels(inputs: geometry.inputChannels), direct))
    guard !isTraining, let rounded = least(upTo: .two, .bfloat16) else { return exact.algorithm }
    // Rounding the factors has to save a fifth of the time.
    return rounded.time < 0.8 * exact.time ? rounded.algorithm : exact.algorithm
  }

  private var inputGradientInBFloat16: ConvolutionAlgorithm {
    faster(byPixels(inputs: geometry.outputChannels), gradientInBFloat16).algorithm
  }

  private var gradientInBFloat16: Candidate { faster(least(.bfloat16), direct) }

  /// 5×5 segments start one tile apart, so a segment may start in the middle of a pair of tiles.
  private var weightGradientInBFloat16: ConvolutionAlgorithm {
    geometry.kernelWidth == 3 ? gradientInBFloat16.algorithm : .bfloat16Products
  }

  // MARK: Mixtures

  private func mixed(upTo largest: WinogradTile, _ factors: Precision) -> ConvolutionAlgorithm {
    // Products are computed for blocks of eight tiles of one image.
    mixed(upTo: largest, factors) { Self.time(of: ($0 + 7) / 8 * 8, factors) }
  }

  /// Winograd mixes 3×3 weights at each point and uses the mixture immediately; the direct
  /// convolution writes each image's weights to memory. Segments of 5×5 are not mixed at points.
  ///
  /// - Parameter time: The time of the products of `tiles` tiles at a point.
  private func mixed(
    upTo largest: WinogradTile, _ factors: Precision, time: (_ tiles: Int) -> Double
  ) -> ConvolutionAlgorithm {
    guard geometry.kernelWidth == 3 else { return direct.algorithm }
    // The time to mix and round one weight at a point, in units of a product's time; measured with
    // a bank of four.
    let mixing = factors == .float32 ? 12.0 : 20
    let candidate = least(upTo: largest, factors) { tile, tiles in
      Double(tile.points) * (time(tiles) + mixing)
    }
    return (candidate ?? direct).algorithm
  }

  // MARK: Time

  /// An algorithm and the time of its products, in units of a float32 product's time.
  private struct Candidate {
    let algorithm: ConvolutionAlgorithm
    let time: Double
  }

  /// Two products of bfloat16 take as long as one of float32.
  private static func time(of products: Int, _ factors: Precision) -> Double {
    factors == .float32 ? Double(products) : Double(products) / 2
  }

  private var direct: Candidate {
    let taps = geometry.kernelHeight * geometry.kernelWidth
    let products = taps * geometry.outputShape(for: input).pixelCount
    return Candidate(
      algorithm: arithmetic == .float32 ? .direct : .bfloat16Products,
      time: Self.time(of: products, arithmetic))
  }

  /// `TilePixelPass`, with the products of the taps inside a map; nil if it does not apply. Its
  /// rows are images, so a batch must have enough of them. It is used only in training: in
  /// evaluation, an output must not depend on the number of images.
  private func byPixels(inputs: Int) -> Candidate? {
    guard isTraining, input.count >= TileUnit.width,
      TilePixelPass.fits(geometry, input: input, inputs: inputs)
    else { return nil }
    let output = geometry.outputShape(for: input)
    /// Pairs of an output row and a row of the filter whose input row is inside the map; likewise
    /// for columns.
    func taps(_ size: Int, _ extent: Int, _ outputs: Int) -> Int {
      (0..<outputs).reduce(0) { sum, place in
        let first = place - geometry.padding
        return sum + max(min(first + size, extent) - max(first, 0), 0)
      }
    }
    let products =
      taps(geometry.kernelHeight, input.height, output.height)
      * taps(geometry.kernelWidth, input.width, output.width)
    return Candidate(algorithm: .bfloat16Pixels, time: Self.time(of: products, .bfloat16))
  }

  /// The fastest Winograd tile up to a size, compared by the products alone.
  private func least(upTo largest: WinogradTile = .four, _ factors: Precision) -> Candidate? {
    least(upTo: largest, factors) { tile, _ in
      Self.time(of: tile.products(geometry, input: input), factors)
    }
  }

  /// - Parameter time: The time of an image's tiles.
  private func least(
    upTo largest: WinogradTile, _ factors: Precision,
    time: (_ tile: WinogradTile, _ tiles: Int) -> Double
  ) -> Candidate? {
    let output = geometry.outputShape(for: input)
    var best: Candidate?
    for tile in WinogradTile.allCases where tile.points <= largest.points {
      guard tile.fits(geometry, input: input) else { continue }
      let candidate = Candidate(
        algorithm: .winograd(tile, factors: factors),
        time: time(tile, tile.rows(of: output) * tile.columns(of: output)))
      best = best.map { faster(candidate, $0) } ?? candidate
    }
    return best
  }

  /// The faster candidate; the second if they are equal.
  private func faster(_ first: Candidate?, _ second: Candidate) -> Candidate {
    if let first, first.time < second.time { first } else { second }
  }
}
