import Tensors

/// A worker's transformed tiles.
struct WinogradMemory {
  /// Inputs, sixteen floats, bfloat16 or pairs of those to a vector.
  private let inputs: UnsafeMutableRawPointer
  /// Vectors from one point to the next.
  private let inputPointStep: Int
  /// Products, or transformed gradients.
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

  /// Transforms a row of tiles, float32 as they are, from the place of tile `tile` on.
  func transformInput(
    _ tiles: WinogradTiles, _ x: FeatureMap, image: Int, row: Int, tile: Int
  ) {
    let target = inputs + tile * tiles.inputStep * MemoryLayout<Float>.stride
    @inline(__always)
    func transform<Register: ChannelRegister>(_ register: Register.Type, _ range: Range<Int>) {
      switch tiles.filter {
      case .two:
        tiles.transformInput(
          x, register, range, image: image, row: row, zeros: zeros,
          into: PixelVectors<Register>(target), pointStep: inputPointStep)
      case .fourByTwo:
        tiles.transformInput(
          x, register, range, by: FourPoints.self, image: image, row: row, zeros: zeros,
          waiting: waiting, into: PixelVectors(target), pointStep: inputPointStep)
      case .four:
        tiles.transformInput(
          x, register, range, by: SixPoints.self, image: image, row: row, zeros: zeros,
          waiting: waiting, into: PixelVectors(target), pointStep: inputPointStep)
      }
    }
    tiles.forEachRegisters(of: tiles.input, vectors: transform, octets: transform)
  }

  /// Transforms a row of tiles and rounds them to bfloat16, from the place of tile `tile` on.
  func transformInputToBFloat16(
    _ tiles: WinogradTiles, _ x: FeatureMap, image: Int, row: Int, tile: Int
  ) {
    let lanes = tiles.input.lanes
    let target = PixelVectors<BFloat16>(inputs) + tile * lanes
    switch x.shape.precision {
    case .float32:
      tiles.transformInput(
        x, Float.self, 0..<lanes, image: image, row: row, zeros: zeros, into: target,
        pointStep: inputPointStep)
    case .bfloat16:
      tiles.transformInput(
        x, BFloat16.self, 0..<lanes, image: image, row: row, zeros: zeros, into: target,
        pointStep: inputPointStep)
    }
  }

  /// The transformed inputs of one point.
  @inline(__always)
  func inputs<Stored: ChannelRegister>(
    ofPoint point: Int, as _: Stored.Type
  ) -> UnsafeRawPointer {
    let registers = inputPointStep * FeatureMapShape.vectorWidth / Stored.width
    return UnsafeRawPointer((PixelVectors<Stored>(inputs) + point * registers).memory)
  }

  /// Those in float32, from a tile on.
  @inline(__always)
  func inputs(ofPoint point: Int, tile: Int, of tiles: WinogradTiles) -> UnsafePointer<Float> {
    inputs(ofPoint: point, as: Float.self).assumingMemoryBound(to: Float.self)
      + tile * tiles.inputStep
  }

  /// Transforms a row of tiles and their gradients, all float32, from the place of tile `tile` on.
  func transform(
    _ tiles: WinogradTiles, _ x: FeatureMap, _ dy: FeatureMap, image: Int, row: Int, tile: Int
  ) {
    transformInput(tiles, x, image: image, row: row, tile: tile)
    let target = UnsafeMutableRawPointer(outputs + tile * tiles.output.lanes)
    @inline(__always)
    func transform<Register: ChannelRegister>(_ register: Register.Type, _ range: Range<Int>) {
      switch tiles.filter {
      case .two:
        tiles.transformGradient(
          dy, register, range, image: image, row: row, into: PixelVectors(target),
          pointStep: outputPointStep)
      case .fourByTwo:
        tiles.transformGradient(
          dy, register, range, by: FourPoints.self, image: image, row: row, waiting: waiting,
          into: PixelVectors(target), pointStep: outputPointStep)
      case .four:
        tiles.transformGradient(
          dy, register, range, by: SixPoints.self, image: image, row: row, waiting: waiting,
          into: PixelVectors(target), pointStep: outputPointStep)
      }
    }
    tiles.forEachRegisters(of: tiles.output, vectors: transform, octets: transform)
  }

  /// Transforms them in pairs of bfloat16, from the place of pair `pair` on.
  func transformPairs(
    _ tiles: WinogradTiles, _ x: FeatureMap, _ dy: FeatureMap, image: Int, row: Int, pair: Int
  ) {
    tiles.transformInputPairs(
      x, image: image, row: row, zeros: zeros,
      into: inputs.assumingMemoryBound(to: Pairs.self) + pair * tiles.input.lanes,
      pointStep: inputPointStep)
    tiles.transformGradientPairs(
      dy, image: image, row: row,
      into: UnsafeMutableRawPointer(outputs).assumingMemoryBound(to: Pairs.self)
        + pair * tiles.output.lanes, pointStep: outputPointStep)
  }

  /// Writes, or adds, the outputs of a row of tiles from their products, from those of tile `tile` on.
  func writeOutputs(
    _ tiles: WinogradTiles, bias: UnsafePointer<Float>?, to y: FeatureMap, image: Int, row: Int,
    tile: Int, adding: Bool
  ) {
    let products = UnsafeMutableRawPointer(outputs + tile * tiles.output.lanes)
    let bias = bias.map { UnsafeMutableRawPointer(mutating: $0) }
    guard y.shape.precision == .float32 else {
      tiles.writeOutputs(
        of: PixelVectors<Float>(products), pointStep: outputPointStep,
        bias: bias.map { PixelVectors($0) }, to: y, BFloat16.self, 0..<y.shape.lanes,
        image: image, row: row, adding: adding)
      return
    }
    @inline(__always)
    func write<Register: ChannelRegister>(_ register: Register.Type, _ range: Range<Int>) {
      switch tiles.filter {
      case .two:
        tiles.writeOutputs(
          of: PixelVectors<Register>(products), pointStep: outputPointStep,
          bias: bias.map { PixelVectors($0) }, to: y, register, range, image: image, row: row,
          adding: adding)
      case .fourByTwo:
        tiles.writeOutputs(
          of: PixelVectors<Register>(products), range, by: FourPoints.self,
          pointStep: outputPointStep, bias: bias.map { PixelVectors($0) }, waiting: waiting,
          to: y, image: image, row: row, adding: adding)
      case .four:
        tiles.writeOutputs(
          of: PixelVectors<Register>(products), range, by: SixPoints.self,
          pointStep: outputPointStep, bias: bias.map { PixelVectors($0) }, waiting: waiting,
          to: y, image: image, row: row, adding: adding)
      }
    }
    tiles.forEachRegisters(of: tiles.output, vectors: write, octets: write)
  }
}

extension WinogradTiles {
  /// Calls with the registers that a pixel's channels fill.
  @inline(__always)
  fileprivate func forEachRegisters(
    of shape: FeatureMapShape, vectors: (Float.Type, Range<Int>) -> Void,
    octets: (FloatOctet.Type, Range<Int>) -> Void
  ) {
    guard filter == .two || !RegisterTile.isOneQuad else {
      // Six numbers of a whole vector, and what becomes of them, are more than sixteen registers.
      return octets(FloatOctet.self, 0..<FloatOctet.count(shape.channels))
    }
    guard
      FeatureMapShape.endsInHalf(channels: shape.channels),
      RegisterTile.leavesHalfOut(lanes: shape.lanes)
    else { return vectors(Float.self, 0..<shape.lanes) }
    // Whole vectors take half the steps.
    vectors(Float.self, 0..<shape.lanes - 1)
    octets(FloatOctet.self, 2 * shape.lanes - 2..<2 * shape.lanes - 1)
  }
}
