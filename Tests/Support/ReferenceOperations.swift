import Kernels

/// The layers by their formulas, in `Double` for dense [N, C, H, W] arrays: slow and plain, the
/// reference of all kernels. Tests compute gradients as central differences of these functions,
/// except those of convolutions with many weights, which are `PlainConvolution`'s.
public enum Reference {
  public typealias Tensor = PlainTensor

  /// weight `[O, C, kh, kw]`, bias `[O]`.
  public static func convolution(
    _ x: Tensor, weight: Tensor, bias: [Double]?, stride: Int, padding: Int
  ) -> Tensor {
    PlainConvolution.output(x, weight: weight, bias: bias, stride: stride, padding: padding)
  }

  /// The gradients of Σ outputGradient · convolution(x) in x and in the weight.
  public static func convolutionGradients(
    _ x: Tensor, weight: Tensor, outputGradient dy: Tensor, stride: Int, padding: Int
  ) -> (x: Tensor, weight: Tensor) {
    (
      PlainConvolution.inputGradient(x, weight: weight, dy, stride: stride, padding: padding),
      PlainConvolution.weightGradient(x, weight: weight, dy, stride: stride, padding: padding)
    )
  }

  /// Normalisation with the statistics of the batch and epsilon 1e-5.
  public static func batchNorm(_ x: Tensor, weight: [Double], bias: [Double]) -> Tensor {
    var y = x
    for c in 0..<x.shape[1] {
      var values: [Double] = []
      forEachPosition(x.shape) { n, h, w in values.append(x[n, c, h, w]) }
      let count = Double(values.count)
      let mean = values.reduce(0, +) / count
      let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count
      let scale = weight[c] / (variance + 1e-5).squareRoot()
      forEachPosition(x.shape) { n, h, w in
        y[n, c, h, w] = (x[n, c, h, w] - mean) * scale + bias[c]
      }
    }
    return y
  }

  /// Flattens over C, H, W; weight `[O, C · H · W]`.
  public static func linear(_ x: Tensor, weight: Tensor, bias: [Double]) -> Tensor {
    let inputs = weight.shape[1]
    var y = Tensor.zeros([x.shape[0], weight.shape[0], 1, 1])
    for n in 0..<x.shape[0] {
      for o in 0..<weight.shape[0] {
        var sum = bias[o]
        for i in 0..<inputs { sum += weight.values[o * inputs + i] * x.values[n * inputs + i] }
        y[n, o, 0, 0] = sum
      }
    }
    return y
  }

  public static func map(_ x: Tensor, _ function: (Double) -> Double) -> Tensor {
    Tensor(shape: x.shape, values: x.values.map(function))
  }

  public static func add(_ a: Tensor, _ b: Tensor) -> Tensor {
    Tensor(shape: a.shape, values: zip(a.values, b.values).map(+))
  }

  /// Combines the values of each window; `windows` returns the windows along an axis of an extent.
  public static func pool(
    _ x: Tensor, windows: (_ extent: Int) -> [Range<Int>], _ combine: ([Double]) -> Double
  ) -> Tensor {
    let (rows, columns) = (windows(x.shape[2]), windows(x.shape[3]))
    var y = Tensor.zeros([x.shape[0], x.shape[1], rows.count, columns.count])
    for n in 0..<x.shape[0] {
      for c in 0..<x.shape[1] {
        for (i, row) in rows.enumerated() {
          for (j, column) in columns.enumerated() {
            y[n, c, i, j] = combine(row.flatMap { h in column.map { w in x[n, c, h, w] } })
          }
        }
      }
    }
    return y
  }

  /// Appends channels of zeros.
  public static func padChannels(_ x: Tensor, extra: Int) -> Tensor {
    var y = Tensor.zeros([x.shape[0], x.shape[1] + extra, x.shape[2], x.shape[3]])
    for c in 0..<x.shape[1] {
      forEachPosition(x.shape) { n, h, w in y[n, c, h, w] = x[n, c, h, w] }
    }
    return y
  }

  @inline(__always)
  private static func forEachPosition(_ shape: [Int], _ body: (_ h: Int, _ w: Int) -> Void) {
    for h in 0..<shape[2] {
      for w in 0..<shape[3] { body(h, w) }
    }
  }

  private static func forEachPosition(_ shape: [Int], _ body: (Int, Int, Int) -> Void) {
    for n in 0..<shape[0] {
      for h in 0..<shape[2] {
        for w in 0..<shape[3] { body(n, h, w) }
      }
    }
  }
}

extension PlainTensor {
  public init(_ dense: DenseTensor) {
    self.init(shape: dense.shape, values: dense.values.map(Double.init))
  }

  public var dense: DenseTensor { DenseTensor(shape: shape, values: values.map(Float.init)) }
}
