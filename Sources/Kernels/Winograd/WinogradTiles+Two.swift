import Tensors

/// The transforms of F(2×2, 3×3). In half-vector registers, the empty half of a last vector is left
/// out.
extension WinogradTiles {
  /// Writes the transformed input tiles of one row: `[points][tiles][inputStep]`.
  ///
  /// With 512-bit vectors, the 32 registers keep the last two transformed columns of a tile for the
  /// next tile. With only sixteen registers, these columns are read and transformed again.
  ///
  /// - Parameters:
  ///   - zeros: `zeroCount` vectors.
  ///   - pointStep: Vectors from one point to the next.
  @inline(__always)
  func transformInput<Source: ChannelRegister, Stored: ChannelRegister>(
    _ map: FeatureMap, _: Source.Type, _ registers: Range<Int>, image: Int, row: Int,
    zeros: UnsafeMutablePointer<Vector>, into target: PixelVectors<Stored>, pointStep: Int
  ) where Source.Numbers == Stored.Numbers {
    let lines = InputLines<Source, FourPoints>(self, map, image: image, row: row, zeros: zeros)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Stored.width
    for register in registers {
      var tile = target + register
      guard !RegisterBlockSize.isNarrow else {
        for index in 0..<pitch {
          lines.forEachPoint(ofTile: index, register) { tile[$0 * pointStep] = $1 }
          tile = tile + inputStep / Stored.width
        }
        continue
      }
      var (a, b) = (lines.column(0, register), lines.column(1, register))
      for index in 0..<pitch {
        let (c, d) = (
          lines.column(2 * index + 2, register), lines.column(2 * index + 3, register)
        )
        for row in 0..<4 {
          let line = FourPoints(input: a[row], b[row], c[row], d[row])
          line.write(to: tile + 4 * row * pointStep, step: pointStep)
        }
        (a, b) = (c, d)
        tile = tile + inputStep / Stored.width
      }
    }
  }

  /// Writes the transformed gradients of one row of tiles, `[points][tiles][output.channelStride]`;
  /// tiles beyond those of the outputs get zeros.
  @inline(__always)
  func transformGradient<Source: ChannelRegister>(
    _ map: FeatureMap, _: Source.Type, _ registers: Range<Int>, image: Int, row: Int,
    into target: PixelVectors<Source.Exact>, pointStep: Int
  ) {
    let lines = GradientLines<Source, FourPoints>(self, map, image: image, row: row)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Source.width
    for register in registers {
      var tile = target + register
      for index in 0..<columns {
        let (left, right) = (
          lines.column(2 * index, register), lines.column(2 * index + 1, register)
        )
        for row in 0..<4 {
          let line = FourPoints(gradients: left[row], right[row])
          line.write(to: tile + 4 * row * pointStep, step: pointStep)
        }
        tile = tile + output.channelStride / Source.width
      }
      for _ in 0..<halo {
        for point in 0..<tileSize.points { tile[point * pointStep] = .zero }
        tile = tile + output.channelStride / Source.width
      }
    }
  }

  /// Writes, or adds, the outputs of one row of tiles from their products,
  /// `[points][tiles][output.channelStride]`.
  @inline(__always)
  func writeOutputs<Target: ChannelRegister>(
    of products: PixelVectors<Target.Exact>, pointStep: Int, bias: PixelVectors<Target.Exact>?,
    to map: FeatureMap, _: Target.Type, _ registers: Range<Int>, image: Int, row: Int,
    adding: Bool
  ) {
    typealias Line = FourPoints<Target.Numbers>
    let width = output.width
    let step = output.channelStride / Target.width
    let upper = PixelVectors<Target>(map, image: image) + 2 * row * width * step
    let hasLower = 2 * row + 1 < output.height
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Target.width
    for register in registers {
      let bias = bias?[register] ?? .zero
      var tile = products + register
      for index in 0..<columns {
        @inline(__always)
        func line(_ row: Int) -> (Target.Numbers, Target.Numbers) {
          Line { tile[(4 * row + $0) * pointStep] }.outputs
        }
        let (a, b, c, d) = (line(0), line(1), line(2), line(3))
        let left = Line(a.0, b.0, c.0, d.0).outputs
        let right = Line(a.1, b.1, c.1, d.1).outputs
        @inline(__always)
        func put(_ value: Target.Numbers, _ place: Int) {
          upper[place] = adding ? upper[place] + value : value + bias
        }
        let place = 2 * index * step + register
        let hasRight = 2 * index + 1 < width
        put(left.0, place)
        if hasRight { put(right.0, place + step) }
        if hasLower {
          put(left.1, place + width * step)
          if hasRight { put(right.1, place + (width + 1) * step) }
        }
        tile = tile + step
      }
    }
    if !adding {
      clearHalf(after: registers, of: upper, pixels: (hasLower ? 2 : 1) * width)
    }
  }
}

/// The same transforms, written as pairs of bfloat16: each element with the neighbouring tile's.
extension WinogradTiles {
  /// Writes transformed tiles: `[points][pairs of tiles][input.channelStride][2]`.
  @inline(__always)
  func transformInputPairs(
    _ map: FeatureMap, image: Int, row: Int, zeros: UnsafeMutablePointer<Vector>,
    into target: UnsafeMutablePointer<Pairs>, pointStep: Int
  ) {
    let lines = InputLines<BFloat16, FourPoints>(self, map, image: image, row: row, zeros: zeros)
    for vector in 0..<input.vectors {
      var (a, b) = (lines.column(0, vector), lines.column(1, vector))
      var tile = target + vector
      for index in 0..<columnPairs {
        let (c, d) = (lines.column(4 * index + 2, vector), lines.column(4 * index + 3, vector))
        let (e, f) = (lines.column(4 * index + 4, vector), lines.column(4 * index + 5, vector))
        for row in 0..<4 {
          let first = FourPoints(input: a[row], b[row], c[row], d[row])
          let second = FourPoints(input: c[row], d[row], e[row], f[row])
          first.write(with: second, to: tile + 4 * row * pointStep, step: pointStep)
        }
        (a, b) = (e, f)
        tile += input.vectors
      }
    }
  }

  /// Writes transformed gradients: `[points][pairs of tiles][output.channelStride][2]`.
  @inline(__always)
  func transformGradientPairs(
    _ map: FeatureMap, image: Int, row: Int, into target: UnsafeMutablePointer<Pairs>,
    pointStep: Int
  ) {
    let lines = GradientLines<BFloat16, FourPoints>(self, map, image: image, row: row)
    for vector in 0..<output.vectors {
      var tile = target + vector
      for index in 0..<columnPairs {
        let (a, b) = (lines.column(4 * index, vector), lines.column(4 * index + 1, vector))
        let (c, d) = (lines.column(4 * index + 2, vector), lines.column(4 * index + 3, vector))
        for row in 0..<4 {
          FourPoints(gradients: a[row], b[row])
            .write(
              with: FourPoints(gradients: c[row], d[row]), to: tile + 4 * row * pointStep,
              step: pointStep)
        }
        tile += output.vectors
      }
    }
  }
}

extension InputLines where Points == FourPoints<Register.Numbers> {
  /// Visits the points of a tile, one row of four at a time; each row reads and transforms the
  /// columns again.
  @inline(__always)
  fileprivate func forEachPoint(
    ofTile index: Int, _ register: Int, _ body: (_ point: Int, _ numbers: Register.Numbers) -> Void
  ) {
    let first = 2 * index - padding
    @inline(__always)
    func visit(_ row: Int, _ column: (_ index: Int) -> FourPoints<Register.Numbers>) {
      let line = FourPoints(input: column(0)[row], column(1)[row], column(2)[row], column(3)[row])
      for point in 0..<4 { body(4 * row + point, line[point]) }
    }
    if 0 <= first && first + 4 <= width {
      @inline(__always)
      func inside(_ index: Int) -> FourPoints<Register.Numbers> {
        column(at: (first + index) * step + register)
      }
      visit(0, inside)
      visit(1, inside)
      visit(2, inside)
      visit(3, inside)
    } else {
      @inline(__always)
      func any(_ offset: Int) -> FourPoints<Register.Numbers> {
        column(2 * index + offset, register)
      }
      visit(0, any)
      visit(1, any)
      visit(2, any)
      visit(3, any)
    }
  }
}
