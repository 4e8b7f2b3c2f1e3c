/// A dense tensor `[N, C, H, W]`, or weights `[O, C, kernelHeight, kernelWidth]`, in `Double`.
public struct PlainTensor: Sendable, Equatable {
  public var shape: [Int]
  public var values: [Double]

  /// - Precondition: as many values as the shape has elements.
  public init(shape: [Int], values: [Double]) {
    precondition(shape.reduce(1, *) == values.count, "\(values.count) values of shape \(shape)")
    self.shape = shape
    self.values = values
  }

  public static func zeros(_ shape: [Int]) -> PlainTensor {
    PlainTensor(shape: shape, values: [Double](repeating: 0, count: shape.reduce(1, *)))
  }

  @inline(__always)
  public subscript(n: Int, c: Int, h: Int, w: Int) -> Double {
    get { values[((n * shape[1] + c) * shape[2] + h) * shape[3] + w] }
    set { values[((n * shape[1] + c) * shape[2] + h) * shape[3] + w] = newValue }
  }
}

/// The convolution and its gradients, written as their formulas: slow and plain. The place to begin
/// reading, and the reference that every fast algorithm is tested against.
public enum PlainConvolution {
  /// y[n, o, i, j] = bias[o] + Σ over c, a, b of weight[o, c, a, b] · x[n, c, i·stride + a −
  /// padding, …]
  ///
  /// Pixels outside the map are zero.
  public static func output(
    _ x: PlainTensor, weight: PlainTensor, bias: [Double]? = nil, stride: Int, padding: Int
  ) -> PlainTensor {
    let height = (x.shape[2] + 2 * padding - weight.shape[2]) / stride + 1
    let width = (x.shape[3] + 2 * padding - weight.shape[3]) / stride + 1
    var y = PlainTensor.zeros([x.shape[0], weight.shape[0], height, width])
    if let bias {
      for index in y.values.indices {
        y.values[index] = bias[index / (height * width) % bias.count]
      }
    }
    forEachProduct(x, weight, y, stride, padding) {
      y[$0.n, $0.o, $0.i, $0.j] +=
        weight[$0.o, $0.c, $0.a, $0.b] * x[$0.n, $0.c, $0.row, $0.column]
    }
    return y
  }

  /// The gradient dx of Σ dy · y: each product's gradient is added to its input pixel.
  public static func inputGradient(
    _ x: PlainTensor, weight: PlainTensor, _ dy: PlainTensor, stride: Int, padding: Int
  ) -> PlainTensor {
    var dx = PlainTensor.zeros(x.shape)
    forEachProduct(x, weight, dy, stride, padding) {
      dx[$0.n, $0.c, $0.row, $0.column] +=
        weight[$0.o, $0.c, $0.a, $0.b] * dy[$0.n, $0.o, $0.i, $0.j]
    }
    return dx
  }

  /// The gradient dweight of Σ dy · y: the correlation of x with dy.
  public static func weightGradient(
    _ x: PlainTensor, weight: PlainTensor, _ dy: PlainTensor, stride: Int, padding: Int
  ) -> PlainTensor {
    var dweight = PlainTensor.zeros(weight.shape)
    forEachProduct(x, weight, dy, stride, padding) {
      dweight[$0.o, $0.c, $0.a, $0.b] +=
        x[$0.n, $0.c, $0.row, $0.column] * dy[$0.n, $0.o, $0.i, $0.j]
    }
    return dweight
  }

  /// The indices of a product's factors and of its sum: image n, output channel o, input channel c,
  /// tap (a, b), output pixel (i, j), input pixel (row, column).
  private struct Product {
    let n, o, c, a, b, i, j, row, column: Int
  }

  /// Visits each product of a weight and a pixel inside the map.
  private static func forEachProduct(
    _ x: PlainTensor, _ weight: PlainTensor, _ y: PlainTensor, _ stride: Int, _ padding: Int,
    _ body: (Product) -> Void
  ) {
    for n in 0..<x.shape[0] {
      for o in 0..<weight.shape[0] {
        for c in 0..<x.shape[1] {
          for a in 0..<weight.shape[2] {
            for b in 0..<weight.shape[3] {
              for i in 0..<y.shape[2] {
                let row = i * stride + a - padding
                guard 0 <= row && row < x.shape[2] else { continue }
                for j in 0..<y.shape[3] {
                  let column = j * stride + b - padding
                  guard 0 <= column && column < x.shape[3] else { continue }
                  body(Product(n: n, o: o, c: c, a: a, b: b, i: i, j: j, row: row, column: column))
                }
              }
            }
          }
        }
      }
    }
  }
}
