import Tensors

/// A worker's memory for transformed tiles.
struct WinogradMemory {
  /// Transformed inputs, in vectors of sixteen floats, bfloat16 or pairs of bfloat16.
  private let inputs: UnsafeMutableRawPointer
  /// Vectors from one point to the next.
  private let inputPointStep: Int
  /// Products; in the weight gradient, transformed output gradients.
  let outputs: UnsafeMutablePointer<Vector>
  let outputPointStep: Int
  private let zeros: UnsafeMutablePointer<Vector>
  private let waiting: UnsafeMutablePointer<Float>

  init(
    inputs: UnsafeMutableRawPointer, inputPointStep: Int, outputs: UnsafeMutablePointer<Vector>,
    outputPointStep: Int, zeros: UnsafeMutablePointer<Vector>,
    waiting: UnsafeMutablePointer<Float>
  ) {
    (self.inputs, self.inputPointStep) = (inputs, inputPointStep)
    (self.outputs, self.outputPointStep) = (outputs, outputPointStep)
    (self.zeros, self.waiting) = (zeros, waiting)
  }

  /// Transforms a row of input tiles and stores the first as tile `tile`.
  func transformInput(
    _ tiles: WinogradTiles, _ x: FeatureMap, image: Int, row: Int, tile: Int
  ) {
    /// Reads the map in registers of `Source` and stores transformed tiles in registers of
    /// `Stored`.
    @inline(__always)
    func transform<Source: ChannelRegister, Stored: ChannelRegister>(
      _: Source.Type, _: Stored.Type, _ range: Range<Int>
    ) where Source.Numbers == Stored.Numbers {
      let target =
        PixelVectors<Stored>(inputs) + tile * (tiles.inputStep / Stored.width)
      switch tiles.tileSize {
      case .two:
        tiles.transformInput(
          x, Source.self, range, image: image, row: row, zeros: zeros, into: target,
          pointStep: inputPointStep)
      case .four:
        tiles.transformInput(
          x, Source.self, range, image: image, row: row, zeros: zeros,
          waiting: waiting, into: target, pointStep: inputPointStep)
      }
    }
    switch (tiles.factors, x.shape.precision) {
    case (.float32, .float32):
      tiles.forEachRegisters(
        of: tiles.input, wholeVectors: { transform(Float.self, Float.self, $0) },
        octets: { transform(FloatOctet.self, FloatOctet.self, $0) })
    case (.float32, .bfloat16):
      tiles.forEachRegisters(
        of: tiles.input, wholeVectors: { transform(BFloat16.self, Float.self, $0) },
        octets: { transform(BFloat16Octet.self, FloatOctet.self, $0) })
    case (.bfloat16, .float32): transform(Float.self, BFloat16.self, 0..<tiles.input.vectors)
    case (.bfloat16, .bfloat16): transform(BFloat16.self, BFloat16.self, 0..<tiles.input.vectors)
    }
  }

  /// The transformed inputs at one point.
  @inline(__always)
  func inputs<Stored: ChannelRegister>(
    ofPoint point: Int, as _: Stored.Type
  ) -> UnsafeRawPointer {
    let registers = inputPointStep * FeatureMapShape.vectorWidth / Stored.width
    return UnsafeRawPointer((PixelVectors<Stored>(inputs) + point * registers).memory)
  }

  /// The transformed inputs at one point in float32, starting at tile `tile`.
  @inline(__always)
  func inputs(ofPoint point: Int, tile: Int, of tiles: WinogradTiles) -> UnsafePointer<Float> {
    inputs(ofPoint: point, as: Float.self).assumingMemoryBound(to: Float.self)
      + tile * tiles.inputStep
  }

  /// Transforms a row of input tiles and their gradients, and stores the first as tile `tile`.
  func transform(
    _ tiles: WinogradTiles, _ x: FeatureMap, _ dy: FeatureMap, image: Int, row: Int, tile: Int
  ) {
    transformInput(tiles, x, image: image, row: row, tile: tile)
    let target = UnsafeMutableRawPointer(outputs + tile * tiles.output.vectors)
    @inline(__always)
    func transform<Source: ChannelRegister>(_: Source.Type, _ range: Range<Int>) {
      switch tiles.tileSize {
      case .two:
        tiles.transformGradient(
          dy, Source.self, range, image: image, row: row, into: PixelVectors(target),
          pointStep: outputPointStep)
      case .four:
        tiles.transformGradient(
          dy, Source.self, range, image: image, row: row, waiting: waiting,
          into: PixelVectors(target), pointStep: outputPointStep)
      }
    }
    switch dy.shape.precision {
    case .float32:
      tiles.forEachRegisters(
        of: tiles.output, wholeVectors: { transform(Float.self, $0) },
        octets: { transform(FloatOctet.self, $0) })
    case .bfloat16:
      tiles.forEachRegisters(
        of: tiles.output, wholeVectors: { transform(BFloat16.self, $0) },
        octets: { transform(BFloat16Octet.self, $0) })
    }
  }

  /// Transforms a row of input tiles and their gradients to pairs of bfloat16, and stores the first
  /// as pair `pair`.
  func transformPairs(
    _ tiles: WinogradTiles, _ x: FeatureMap, _ dy: FeatureMap, image: Int, row: Int, pair: Int
  ) {
    let inputs = inputs.assumingMemoryBound(to: Pairs.self) + pair * tiles.input.vectors
    let gradients =
      UnsafeMutableRawPointer(outputs).assumingMemoryBound(to: Pairs.self)
      + pair * tiles.output.vectors
    switch tiles.tileSize {
    case .two:
      tiles.transformInputPairs(
        x, image: image, row: row, zeros: zeros, into: inputs, pointStep: inputPointStep)
      tiles.transformGradientPairs(
        dy, image: image, row: row, into: gradients, pointStep: outputPointStep)
    case .four:
      tiles.transformInputPairs(
        x, image: image, row: row, zeros: zeros, waiting: waiting, into: inputs,
        pointStep: inputPointStep)
      tiles.transformGradientPairs(
        dy, image: image, row: row, waiting: waiting, into: gradients, pointStep: outputPointStep)
    }
  }

  /// Transforms the products of a row of tiles, starting at tile `tile`, and writes or adds the
  /// outputs.
  func writeOutputs(
    _ tiles: WinogradTiles, bias: UnsafePointer<Float>?, to y: FeatureMap, image: Int, row: Int,
    tile: Int, adding: Bool
  ) {
    let products = UnsafeMutableRawPointer(outputs + tile * tiles.output.vectors)
    let bias = bias.map { UnsafeMutableRawPointer(mutating: $0) }
    @inline(__always)
    func write<Target: ChannelRegister>(_: Target.Type, _ range: Range<Int>) {
      let (products, bias) = (
        PixelVectors<Target.Exact>(products), bias.map { PixelVectors<Target.Exact>($0) }
      )
      switch tiles.tileSize {
      case .two:
        tiles.writeOutputs(
          of: products, pointStep: outputPointStep, bias: bias, to: y, Target.self, range,
          image: image, row: row, adding: adding)
      case .four:
        tiles.writeOutputs(
          of: products, pointStep: outputPointStep, bias: bias, to: y, Target.self, range,
          waiting: waiting, image: image, row: row, adding: adding)
      }
    }
    switch y.shape.precision {
    case .float32:
      tiles.forEachRegisters(
        of: tiles.output, wholeVectors: { write(Float.self, $0) },
        octets: { write(FloatOctet.self, $0) })
    case .bfloat16:
      tiles.forEachRegisters(
        of: tiles.output, wholeVectors: { write(BFloat16.self, $0) },
        octets: { write(BFloat16Octet.self, $0) })
    }
  }
}

extension WinogradTiles {
  /// Visits a pixel's channels in whole vectors where that is fastest, otherwise in octets.
  @inline(__always)
  fileprivate func forEachRegisters(
    of shape: FeatureMapShape, wholeVectors: (Range<Int>) -> Void, octets: (Range<Int>) -> Void
  ) {
    guard tileSize == .two || !RegisterBlockSize.isNarrow else {
      // Six whole vectors and their transforms do not fit sixteen registers.
      return octets(0..<FloatOctet.count(shape.channels))
    }
    guard
      FeatureMapShape.endsInHalf(channels: shape.channels),
      RegisterBlockSize.leavesHalfOut(vectors: shape.vectors)
    else { return wholeVectors(0..<shape.vectors) }
    // Whole vectors take half as many steps as octets.
    wholeVectors(0..<shape.vectors - 1)
    octets(2 * shape.vectors - 2..<2 * shape.vectors - 1)
  }
}
