import Tensors

/// The transforms of F(4×4, 3×3). Each step transforms one register of channels, so the empty half
/// of a last vector can be left out.
extension WinogradTiles {
  /// Floats of scratch memory for transformed columns, which the row transforms read.
  var waitingCount: Int {
    tileSize == .two ? 0 : (8 * columnPairs + 2) * 6 * FeatureMapShape.vectorWidth
  }

  /// Writes the transformed input tiles of one row: `[points][tiles][inputStep]`, without the empty
  /// half of a last vector.
  ///
  /// - Parameters:
  ///   - zeros: `zeroCount` vectors.
  ///   - waiting: `waitingCount` floats.
  ///   - pointStep: Vectors from one point to the next.
  @inline(__always)
  func transformInput<Source: ChannelRegister, Stored: ChannelRegister>(
    _ map: FeatureMap, _: Source.Type, _ registers: Range<Int>, image: Int, row: Int,
    zeros: UnsafeMutablePointer<Vector>, waiting: UnsafeMutablePointer<Float>,
    into target: PixelVectors<Stored>, pointStep: Int
  ) where Source.Numbers == Stored.Numbers {
    let lines = InputLines<Source, SixPoints>(self, map, image: image, row: row, zeros: zeros)
    let waiting = PixelVectors<Source.Exact>(waiting)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Stored.width
    for register in registers {
      for column in 0..<4 * columns + 2 {
        lines.column(column, register).write(to: waiting + 6 * column, step: 1)
      }
      var tile = target + register
      for index in 0..<columns {
        let first = waiting + 24 * index
        for row in 0..<6 {
          SixPoints.ofInput { first[row + 6 * $0] }
            .write(to: tile + 6 * row * pointStep, step: pointStep)
        }
        tile = tile + inputStep / Stored.width
      }
    }
  }

  /// Writes the transformed gradients of one row of tiles:
  /// `[points][tiles][output.channelStride]`, without the empty half of a last vector.
  ///
  /// - Parameter waiting: `waitingCount` floats.
  @inline(__always)
  func transformGradient<Source: ChannelRegister>(
    _ map: FeatureMap, _: Source.Type, _ registers: Range<Int>, image: Int, row: Int,
    waiting: UnsafeMutablePointer<Float>, into target: PixelVectors<Source.Exact>, pointStep: Int
  ) {
    let lines = GradientLines<Source, SixPoints>(self, map, image: image, row: row)
    let waiting = PixelVectors<Source.Exact>(waiting)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Source.width
    for register in registers {
      var tile = target + register
      for index in 0..<columns {
        for column in 0..<4 {
          lines.column(4 * index + column, register).write(to: waiting + 6 * column, step: 1)
        }
        for row in 0..<6 {
          SixPoints.ofGradients { waiting[row + 6 * $0] }
            .write(to: tile + 6 * row * pointStep, step: pointStep)
        }
        tile = tile + output.channelStride / Source.width
      }
    }
  }

  /// Writes, or adds, the outputs of one row of tiles from their products,
  /// `[points][tiles][output.channelStride]`.
  ///
  /// - Parameter waiting: `waitingCount` floats.
  @inline(__always)
  func writeOutputs<Target: ChannelRegister>(
    of products: PixelVectors<Target.Exact>, pointStep: Int, bias: PixelVectors<Target.Exact>?,
    to map: FeatureMap, _: Target.Type, _ registers: Range<Int>,
    waiting: UnsafeMutablePointer<Float>, image: Int, row: Int, adding: Bool
  ) {
    let step = output.channelStride / Target.width
    let lineStep = output.width * step
    let upper = PixelVectors<Target>(map, image: image) + 4 * row * lineStep
    let lineCount = min(output.height - 4 * row, 4)
    let waiting = PixelVectors<Target.Exact>(waiting)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Target.width
    for register in registers {
      let bias = bias?[register] ?? .zero
      var tile = products + register
      for index in 0..<columns {
        for column in 0..<6 {
          let point = tile + column * pointStep
          SixPoints { point[$0 * 6 * pointStep] }
            .forEachOutput { waiting[column + 6 * $0] = $1 }
        }
        let columnCount = min(output.width - 4 * index, 4)
        for line in 0..<lineCount {
          let target = upper + (line * lineStep + 4 * index * step + register)
          SixPoints { waiting[6 * line + $0] }.forEachOutput { column, value in
            guard column < columnCount else { return }
            target[column * step] = adding ? target[column * step] + value : value + bias
          }
        }
        tile = tile + step
      }
    }
    if !adding { clearHalf(after: registers, of: upper, pixels: lineCount * output.width) }
  }

  /// Clears the empty half of the last vector of outputs, if `registers` leave it out.
  @inline(__always)
  func clearHalf<Target: ChannelRegister>(
    after registers: Range<Int>, of target: PixelVectors<Target>, pixels: Int
  ) {
    let step = output.channelStride / Target.width
    guard Target.width < FeatureMapShape.vectorWidth, registers.upperBound < step else { return }
    for pixel in 0..<pixels { target[pixel * step + registers.upperBound] = .zero }
  }
}

/// The same transforms, written as pairs of bfloat16: each element with the neighbouring tile's.
extension WinogradTiles {
  /// Writes transformed tiles: `[points][pairs of tiles][input.channelStride][2]`.
  ///
  /// - Parameter waiting: `waitingCount` floats.
  @inline(__always)
  func transformInputPairs(
    _ map: FeatureMap, image: Int, row: Int, zeros: UnsafeMutablePointer<Vector>,
    waiting: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Pairs>, pointStep: Int
  ) {
    let lines = InputLines<BFloat16, SixPoints>(self, map, image: image, row: row, zeros: zeros)
    let waiting = PixelVectors<Float>(waiting)
    for vector in 0..<input.vectors {
      for column in 0..<8 * columnPairs + 2 {
        lines.column(column, vector).write(to: waiting + 6 * column, step: 1)
      }
      var tile = target + vector
      for index in 0..<columnPairs {
        let first = waiting + 48 * index
        let second = first + 24
        for row in 0..<6 {
          SixPoints.ofInput { first[row + 6 * $0] }
            .write(
              with: SixPoints.ofInput { second[row + 6 * $0] }, to: tile + 6 * row * pointStep,
              step: pointStep)
        }
        tile += input.vectors
      }
    }
  }

  /// Writes transformed gradients: `[points][pairs of tiles][output.channelStride][2]`.
  ///
  /// - Parameter waiting: `waitingCount` floats.
  @inline(__always)
  func transformGradientPairs(
    _ map: FeatureMap, image: Int, row: Int, waiting: UnsafeMutablePointer<Float>,
    into target: UnsafeMutablePointer<Pairs>, pointStep: Int
  ) {
    let lines = GradientLines<BFloat16, SixPoints>(self, map, image: image, row: row)
    let waiting = PixelVectors<Float>(waiting)
    for vector in 0..<output.vectors {
      var tile = target + vector
      for index in 0..<columnPairs {
        for column in 0..<8 {
          lines.column(8 * index + column, vector).write(to: waiting + 6 * column, step: 1)
        }
        for row in 0..<6 {
          SixPoints.ofGradients { waiting[row + 6 * $0] }
            .write(
              with: SixPoints.ofGradients { waiting[row + 6 * (4 + $0)] },
              to: tile + 6 * row * pointStep, step: pointStep)
        }
        tile += output.vectors
      }
    }
  }
}
