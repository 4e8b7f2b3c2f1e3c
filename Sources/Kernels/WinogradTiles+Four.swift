import Tensors

/// The sums of F(4×4, 3×3), over as many channels at a time as a register holds, so that of a half-empty vector
/// the empty half can be left out.
extension WinogradTiles {
  /// Floats of scratch memory in which columns wait for the sums of their rows.
  var waitingCount: Int {
    filter == .four ? (4 * columns + 2) * 6 * FeatureMapShape.vectorWidth : 0
  }

  /// Writes the transformed tiles of one row of them: `[points][tiles][inputStep]`, without the empty half of a
  /// last vector.
  ///
  /// - Parameters:
  ///   - zeros: `zeroCount` vectors.
  ///   - waiting: `waitingCount` floats.
  ///   - pointStep: Vectors from one point to the next.
  @inline(__always)
  func transformInput<Register: ChannelRegister>(
    _ map: FeatureMap, _: Register.Type, _ registers: Range<Int>, image: Int, row: Int,
    zeros: UnsafeMutablePointer<Vector>, waiting: UnsafeMutablePointer<Float>,
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
    for register in registers {
      for column in 0..<4 * columns + 2 {
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
        let column = waiting + 24 * index
        for row in 0..<6 {
          SixPoints<Register.Numbers>(
            input: column[row], column[row + 6], column[row + 12], column[row + 18],
            column[row + 24], column[row + 30]
          ).write(to: tile + 6 * row * pointStep, step: pointStep)
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
  func transformGradient<Register: ChannelRegister>(
    _ map: FeatureMap, _: Register.Type, _ registers: Range<Int>, image: Int, row: Int,
    waiting: UnsafeMutablePointer<Float>, into target: PixelVectors<Register>, pointStep: Int
  ) {
    let step = output.channelStride / Register.width
    let lineStep = output.width * step
    let upper = PixelVectors<Register>(map, image: image) + 4 * row * lineStep
    let lineCount = output.height - 4 * row
    let waiting = PixelVectors<Register>(waiting)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Register.width
    for register in registers {
      var tile = target + register
      for index in 0..<columns {
        for column in 0..<4 {
          let inMap = 4 * index + column
          let source = upper + (inMap * step + register)
          @inline(__always)
          func gradient(_ line: Int) -> Register.Numbers {
            inMap < output.width && line < lineCount ? source[line * lineStep] : .zero
          }
          SixPoints(gradients: gradient(0), gradient(1), gradient(2), gradient(3))
            .write(to: waiting + 6 * column, step: 1)
        }
        for row in 0..<6 {
          SixPoints(
            gradients: waiting[row], waiting[row + 6], waiting[row + 12], waiting[row + 18]
          ).write(to: tile + 6 * row * pointStep, step: pointStep)
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
  func writeOutputs<Register: ChannelRegister>(
    of products: PixelVectors<Register>, _ registers: Range<Int>, pointStep: Int,
    bias: PixelVectors<Register>?, waiting: UnsafeMutablePointer<Float>, to map: FeatureMap,
    image: Int, row: Int, adding: Bool
  ) {
    let step = output.channelStride / Register.width
    let lineStep = output.width * step
    let upper = PixelVectors<Register>(map, image: image) + 4 * row * lineStep
    let lineCount = min(output.height - 4 * row, 4)
    let waiting = PixelVectors<Register>(waiting)
    let pointStep = pointStep * FeatureMapShape.vectorWidth / Register.width
    for register in registers {
      let bias = bias?[register] ?? .zero
      var tile = products + register
      for index in 0..<columns {
        for column in 0..<6 {
          let point = tile + column * pointStep
          let outputs = SixPoints { point[$0 * 6 * pointStep] }.outputs
          waiting[column] = outputs.0
          waiting[column + 6] = outputs.1
          waiting[column + 12] = outputs.2
          waiting[column + 18] = outputs.3
        }
        let columnCount = min(output.width - 4 * index, 4)
        for line in 0..<lineCount {
          let outputs = SixPoints { waiting[6 * line + $0] }.outputs
          let target = upper + (line * lineStep + 4 * index * step + register)
          @inline(__always)
          func put(_ value: Register.Numbers, _ column: Int) {
            guard column < columnCount else { return }
            target[column * step] = adding ? target[column * step] + value : value + bias
          }
          put(outputs.0, 0)
          put(outputs.1, 1)
          put(outputs.2, 2)
          put(outputs.3, 3)
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
