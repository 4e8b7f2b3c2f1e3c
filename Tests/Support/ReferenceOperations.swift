/// The layers as their formulas say, in `Double` over dense [N, C, H, W] arrays: slow, plain, and what
/// every kernel is measured against. Gradients are not written here; tests take them by central
/// differences of these. Convolution alone has its own, for kernels too large to differ one by one.
public enum Reference {
  public struct Tensor: Sendable, Equatable {
    public var shape: [Int]
    public var values: [Double]

    public init(shape: [Int], values: [Double]) {
      precondition(shape.reduce(1, *) == values.count, "\(values.count) values of shape \(shape)")
      self.shape = shape
      self.values = values
    }

    public init(_ dense: DenseTensor) {
      self.init(shape: dense.shape, values: dense.values.map(Double.init))
    }

    public var dense: DenseTensor { DenseTensor(shape: shape, values: values.map(Float.init)) }

    @inline(__always)
    subscript(n: Int, c: Int, h: Int, w: Int) -> Double {
      get { values[((n * shape[1] + c) * shape[2] + h) * shape[3] + w] }
      set { values[((n * shape[1] + c) * shape[2] + h) * shape[3] + w] = newValue }
    }

    static func zeros(_ shape: [Int]) -> Tensor {
      Tensor(shape: shape, values: [Double](repeating: 0, count: shape.reduce(1, *)))
    }
  }

  /// weight `[O, C, kh, kw]`, bias `[O]`.
  public static func convolution(
    _ x: Tensor, weight: Tensor, bias: [Double]?, stride: Int, padding: Int
  ) -> Tensor {
    let (kernelHeight, kernelWidth) = (weight.shape[2], weight.shape[3])
    let height = (x.shape[2] + 2 * padding - kernelHeight) / stride + 1
    let width = (x.shape[3] + 2 * padding - kernelWidth) / stride + 1
    var y = Tensor.zeros([x.shape[0], weight.shape[0], height, width])
    for n in 0..<x.shape[0] {
      for o in 0..<weight.shape[0] {
        for i in 0..<height {
          for j in 0..<width {
            var sum = bias?[o] ?? 0
            for c in 0..<x.shape[1] {
              for a in 0..<kernelHeight {
                let row = i * stride + a - padding
                guard row >= 0 && row < x.shape[2] else { continue }
                for b in 0..<kernelWidth {
                  let column = j * stride + b - padding
                  guard column >= 0 && column < x.shape[3] else { continue }
                  sum += weight[o, c, a, b] * x[n, c, row, column]
                }
              }
            }
            y[n, o, i, j] = sum
          }
        }
      }
    }
    return y
  }

  /// The gradients of Σ outputGradient · convolution(x) in x and in the weight.
  public static func convolutionGradients(
    _ x: Tensor, weight: Tensor, outputGradient dy: Tensor, stride: Int, padding: Int
  ) -> (x: Tensor, weight: Tensor) {
    var (dx, dweight) = (Tensor.zeros(x.shape), Tensor.zeros(weight.shape))
    for n in 0..<x.shape[0] {
      for o in 0..<weight.shape[0] {
        for c in 0..<x.shape[1] {
          for a in 0..<weight.shape[2] {
            for b in 0..<weight.shape[3] {
              forEachPosition(dy.shape) { i, j in
                let (row, column) = (i * stride + a - padding, j * stride + b - padding)
                guard x.shape[2] > row && row >= 0 && x.shape[3] > column && column >= 0 else {
                  return
                }
                dx[n, c, row, column] += weight[o, c, a, b] * dy[n, o, i, j]
                dweight[o, c, a, b] += x[n, c, row, column] * dy[n, o, i, j]
              }
            }
          }
        }
      }
    }
    return (dx, dweight)
  }

  /// Over the batch's own statistics, with epsilon 1e-5.
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

  /// Combines the values of each window; `windows` gives the positions behind an output position for
  /// an extent.
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
