import Tensors

/// The sums of F(4×4, 3×3) and F(4×2, 3×3), tiles of four rows of outputs and of as many columns as `Columns` says.
/// They take as many channels at a time as a register holds, so that of a half-empty vector the empty half can be
/// left out.
extension WinogradTiles {
  /// Floats of scratch memory in which columns wait for the sums of their rows.
  var waitingCount: Int {
    filter == .two ? 0 : (filter.width * columns + 2) * 6 * FeatureMapShape.vectorWidth
  }

  /// Writes the transformed tiles of one row of them: `[points][tiles][inputStep]`, without the empty half of a
  /// last vector.
  ///
  /// - Parameters:
  ///   - zeros: `zeroCount` vectors.
  ///   - waiting: `waitingCount` floats.
  ///   - pointStep: Vectors from one point to the next.
  @inline(__always)
  func transformInput<Register: ChannelRegister, Columns: TilePoints<Register.Numbers>>(
    _ map: FeatureMap, _: Register.Type, _ registers: Range<Int>, by _: Columns.Type, image: Int,
    row: Int, zeros: UnsafeMutablePointer<Vector>, waiting: UnsafeMutablePointer<Float>,
    into target: PixelVectors<Register>, pointStep: Int
  ) {
    let image = PixelVectors<Register>(map, image: image)
    let step = input.channelStride / Register.width
    func line(_ offset: Int) -> PixelVectors<Register> {
      let line = 4 * row - padding + offset
      return 0 <= line && line < input.height
        ? image + line * input.width * step : PixelVectors(zeros)
    }
    let lines = (line(0), line(1), line(2), line(3), line(4), line(5))
    let waiting = PixelVectors<Register>(waiting)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Register.width
    let width = Columns.count - 2
    for register in registers {
      for column in 0..<width * columns + 2 {
        let inMap = column - padding
        let place = inMap * step + register
        let sums =
          0 <= inMap && inMap < input.width
          ? SixPoints<Register.Numbers>(
            input: lines.0[place], lines.1[place], lines.2[place], lines.3[place],
            lines.4[place], lines.5[place]) : .zero
        sums.write(to: waiting + 6 * column, step: 1)
      }
      var tile = target + register
      for index in 0..<columns {
        let first = waiting + 6 * width * index
        for row in 0..<6 {
          Columns.ofInput { first[row + 6 * $0] }
            .write(to: tile + Columns.count * row * pointStep, step: pointStep)
        }
        tile = tile + inputStep / Register.width
      }
    }
  }

  /// Writes the transformed gradients of one row of tiles: `[points][tiles][output.channelStride]`, without the
  /// empty half of a last vector.
  ///
  /// - Parameter waiting: `waitingCount` floats.
  @inline(__always)
  func transformGradient<Register: ChannelRegister, Columns: TilePoints<Register.Numbers>>(
    _ map: FeatureMap, _: Register.Type, _ registers: Range<Int>, by _: Columns.Type, image: Int,
    row: Int, waiting: UnsafeMutablePointer<Float>, into target: PixelVectors<Register>,
    pointStep: Int
  ) {
    let step = output.channelStride / Register.width
    let lineStep = output.width * step
    let upper = PixelVectors<Register>(map, image: image) + 4 * row * lineStep
    let lineCount = output.height - 4 * row
    let waiting = PixelVectors<Register>(waiting)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Register.width
    let width = Columns.count - 2
    for register in registers {
      var tile = target + register
      for index in 0..<columns {
        for column in 0..<width {
          let inMap = width * index + column
          let source = upper + (inMap * step + register)
          @inline(__always)
          func gradient(_ line: Int) -> Register.Numbers {
            inMap < output.width && line < lineCount ? source[line * lineStep] : .zero
          }
          SixPoints(gradients: gradient(0), gradient(1), gradient(2), gradient(3))
            .write(to: waiting + 6 * column, step: 1)
        }
        for row in 0..<6 {
          Columns.ofGradients { waiting[row + 6 * $0] }
            .write(to: tile + Columns.count * row * pointStep, step: pointStep)
        }
        tile = tile + step
      }
    }
  }

  /// Writes, or adds, the outputs of one row of tiles from their products:
  /// `[points][tiles][output.channelStride]`.
  ///
  /// - Parameter waiting: `waitingCount` floats.
  @inline(__always)
  func writeOutputs<Register: ChannelRegister, Columns: TilePoints<Register.Numbers>>(
    of products: PixelVectors<Register>, _ registers: Range<Int>, by _: Columns.Type,
    pointStep: Int, bias: PixelVectors<Register>?, waiting: UnsafeMutablePointer<Float>,
    to map: FeatureMap, image: Int, row: Int, adding: Bool
  ) {
    let step = output.channelStride / Register.width
    let lineStep = output.width * step
    let upper = PixelVectors<Register>(map, image: image) + 4 * row * lineStep
    let lineCount = min(output.height - 4 * row, 4)
    let waiting = PixelVectors<Register>(waiting)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Register.width
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
    guard Register.width < FeatureMapShape.vectorWidth, registers.upperBound < step, !adding else {
      return
    }
    for pixel in 0..<lineCount * output.width { upper[pixel * step + registers.upperBound] = .zero }
  }
}
