import Tensors

/// The transforms of F(4×4, 3×3) and F(4×2, 3×3): tiles of four rows of outputs, with the columns
/// of `Columns`. Each step transforms one register of channels, so the empty half of a last vector
/// can be left out.
extension WinogradTiles {
  /// Floats of scratch memory for transformed columns, which the row transforms read.
  var waitingCount: Int {
    tileSize == .two ? 0 : (2 * tileSize.width * columnPairs + 2) * 6 * FeatureMapShape.vectorWidth
  }

  /// Writes the transformed input tiles of one row: `[points][tiles][inputStep]`, without the empty
  /// half of a last vector.
  ///
  /// - Parameters:
  ///   - zeros: `zeroCount` vectors.
  ///   - waiting: `waitingCount` floats.
  ///   - pointStep: Vectors from one point to the next.
  @inline(__always)
  func transformInput<
    Source: ChannelRegister, Stored: ChannelRegister, Columns: TilePoints<Source.Numbers>
  >(
    _ map: FeatureMap, _: Source.Type, _ registers: Range<Int>, by _: Columns.Type, image: Int,
    row: Int, zeros: UnsafeMutablePointer<Vector>, waiting: UnsafeMutablePointer<Float>,
    into target: PixelVectors<Stored>, pointStep: Int
  ) where Source.Numbers == Stored.Numbers {
    let lines = InputLines<Source>(self, map, image: image, row: row, zeros: zeros)
    let waiting = PixelVectors<Source.Exact>(waiting)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Stored.width
    let width = Columns.count - 2
    for register in registers {
      lines.sumColumns(width * columns + 2, register, into: waiting)
      var tile = target + register
      for index in 0..<columns {
        let first = waiting + 6 * width * index
        for row in 0..<6 {
          Columns.ofInput { first[row + 6 * $0] }
            .write(to: tile + Columns.count * row * pointStep, step: pointStep)
        }
        tile = tile + inputStep / Stored.width
      }
    }
  }

  /// Writes the transformed gradients of one row of tiles: `[points][tiles][output.channelStride]`, without the
  /// empty half of a last vector.
  ///
  /// - Parameter waiting: `waitingCount` floats.
  @inline(__always)
  func transformGradient<Source: ChannelRegister, Columns: TilePoints<Source.Numbers>>(
    _ map: FeatureMap, _: Source.Type, _ registers: Range<Int>, by _: Columns.Type, image: Int,
    row: Int, waiting: UnsafeMutablePointer<Float>, into target: PixelVectors<Source.Exact>,
    pointStep: Int
  ) {
    let lines = GradientLines<Source>(self, map, image: image, row: row)
    let waiting = PixelVectors<Source.Exact>(waiting)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Source.width
    let width = Columns.count - 2
    for register in registers {
      var tile = target + register
      for index in 0..<columns {
        lines.sumColumns(width * index, width, register, into: waiting)
        for row in 0..<6 {
          Columns.ofGradients { waiting[row + 6 * $0] }
            .write(to: tile + Columns.count * row * pointStep, step: pointStep)
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
  func writeOutputs<Target: ChannelRegister, Columns: TilePoints<Target.Numbers>>(
    of products: PixelVectors<Target.Exact>, pointStep: Int, bias: PixelVectors<Target.Exact>?,
    to map: FeatureMap, _: Target.Type, _ registers: Range<Int>, by _: Columns.Type,
    waiting: UnsafeMutablePointer<Float>, image: Int, row: Int, adding: Bool
  ) {
    let step = output.channelStride / Target.width
    let lineStep = output.width * step
    let upper = PixelVectors<Target>(map, image: image) + 4 * row * lineStep
    let lineCount = min(output.height - 4 * row, 4)
    let waiting = PixelVectors<Target.Exact>(waiting)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Target.width
    let width = Columns.count - 2
    for register in registers {
      let bias = bias?[register] ?? .zero
      var tile = products + register
      for index in 0..<columns {
        for column in 0..<Columns.count {
          let point = tile + column * pointStep
          SixPoints { point[$0 * Columns.count * pointStep] }
            .forEachOutput { waiting[column + Columns.count * $0] = $1 }
        }
        let columnCount = min(output.width - width * index, width)
        for line in 0..<lineCount {
          let target = upper + (line * lineStep + width * index * step + register)
          Columns { waiting[Columns.count * line + $0] }.forEachOutput { column, value in
            guard column < columnCount else { return }
            target[column * step] = adding ? target[column * step] + value : value + bias
          }
        }
        tile = tile + step
      }
    }
    guard Target.width < FeatureMapShape.vectorWidth, registers.upperBound < step, !adding else {
      return
    }
    for pixel in 0..<lineCount * output.width { upper[pixel * step + registers.upperBound] = .zero }
  }
}

/// The same transforms, written as pairs of bfloat16: each element beside the neighbouring tile's.
extension WinogradTiles {
  /// Writes transformed tiles: `[points][pairs of tiles][input.channelStride][2]`.
  ///
  /// - Parameter waiting: `waitingCount` floats.
  @inline(__always)
  func transformInputPairs<Columns: TilePoints<Vector>>(
    _ map: FeatureMap, by _: Columns.Type, image: Int, row: Int,
    zeros: UnsafeMutablePointer<Vector>, waiting: UnsafeMutablePointer<Float>,
    into target: UnsafeMutablePointer<Pairs>, pointStep: Int
  ) {
    let lines = InputLines<BFloat16>(self, map, image: image, row: row, zeros: zeros)
    let waiting = PixelVectors<Float>(waiting)
    let width = Columns.count - 2
    for vector in 0..<input.vectors {
      lines.sumColumns(2 * width * columnPairs + 2, vector, into: waiting)
      var tile = target + vector
      for index in 0..<columnPairs {
        let first = waiting + 12 * width * index
        let second = first + 6 * width
        for row in 0..<6 {
          write(
            Columns.ofInput { first[row + 6 * $0] }, Columns.ofInput { second[row + 6 * $0] },
            to: tile + Columns.count * row * pointStep, pointStep)
        }
        tile += input.vectors
      }
    }
  }

  /// Writes transformed gradients: `[points][pairs of tiles][output.channelStride][2]`.
  ///
  /// - Parameter waiting: `waitingCount` floats.
  @inline(__always)
  func transformGradientPairs<Columns: TilePoints<Vector>>(
    _ map: FeatureMap, by _: Columns.Type, image: Int, row: Int,
    waiting: UnsafeMutablePointer<Float>, into target: UnsafeMutablePointer<Pairs>, pointStep: Int
  ) {
    let lines = GradientLines<BFloat16>(self, map, image: image, row: row)
    let waiting = PixelVectors<Float>(waiting)
    let width = Columns.count - 2
    for vector in 0..<output.vectors {
      var tile = target + vector
      for index in 0..<columnPairs {
        lines.sumColumns(2 * width * index, 2 * width, vector, into: waiting)
        for row in 0..<6 {
          write(
            Columns.ofGradients { waiting[row + 6 * $0] },
            Columns.ofGradients { waiting[row + 6 * (width + $0)] },
            to: tile + Columns.count * row * pointStep, pointStep)
        }
        tile += output.vectors
      }
    }
  }

  @inline(__always)
  private func write<Columns: TilePoints<Vector>>(
    _ first: Columns, _ second: Columns, to target: UnsafeMutablePointer<Pairs>, _ pointStep: Int
  ) {
    for point in 0..<Columns.count {
      target[point * pointStep] = roundedPairs(first[point], second[point])
    }
  }
}

/// The six lines of a map under a row of tiles; pixels outside the map are zero.
private struct InputLines<Register: ChannelRegister> {
  private typealias Line = PixelVectors<Register>

  private let lines: (Line, Line, Line, Line, Line, Line)
  private let padding: Int
  private let width: Int
  private let step: Int

  @inline(__always)
  init(
    _ tiles: WinogradTiles, _ map: FeatureMap, image: Int, row: Int,
    zeros: UnsafeMutablePointer<Vector>
  ) {
    let shape = tiles.input
    let step = shape.channelStride / Register.width
    (padding, width, self.step) = (tiles.padding, shape.width, step)
    let image = Line(map, image: image)
    func line(_ offset: Int) -> Line {
      tiles.inputLine(offset, ofRow: row, in: image, zeros: zeros)
    }
    lines = (line(0), line(1), line(2), line(3), line(4), line(5))
  }

  /// Writes Bᵀ times each of the first `count` columns; column 0 is the first of the padding.
  @inline(__always)
  func sumColumns(_ count: Int, _ register: Int, into waiting: PixelVectors<Register.Exact>) {
    for column in 0..<count {
      let inMap = column - padding
      let place = inMap * step + register
      let sums =
        0 <= inMap && inMap < width
        ? SixPoints<Register.Numbers>(
          input: lines.0[place], lines.1[place], lines.2[place], lines.3[place], lines.4[place],
          lines.5[place]) : .zero
      sums.write(to: waiting + 6 * column, step: 1)
    }
  }
}

/// The four lines of a gradient under a row of tiles; pixels outside the map are zero.
private struct GradientLines<Register: ChannelRegister> {
  private let upper: PixelVectors<Register>
  private let lineCount: Int
  private let width: Int
  private let step: Int

  @inline(__always)
  init(_ tiles: WinogradTiles, _ map: FeatureMap, image: Int, row: Int) {
    let shape = tiles.output
    (width, step) = (shape.width, shape.channelStride / Register.width)
    upper = PixelVectors(map, image: image) + 4 * row * width * step
    lineCount = shape.height - 4 * row
  }

  /// Writes G of F(3, 4), without its divisors, times each of `count` columns.
  @inline(__always)
  func sumColumns(
    _ first: Int, _ count: Int, _ register: Int, into waiting: PixelVectors<Register.Exact>
  ) {
    for index in 0..<count {
      let column = first + index
      let source = upper + (column * step + register)
      @inline(__always)
      func gradient(_ line: Int) -> Register.Numbers {
        column < width && line < lineCount ? source[line * width * step] : .zero
      }
      SixPoints(gradients: gradient(0), gradient(1), gradient(2), gradient(3))
        .write(to: waiting + 6 * index, step: 1)
    }
  }
}
