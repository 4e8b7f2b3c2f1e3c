/// Winograd's minimal filtering along one axis, F(m, 3), as matrices: m outputs of three weights
/// from m + 2 products.
///
///     y = Aᵀ [(G g) ⊙ (Bᵀ d)]            in two dimensions: Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A
///
/// The fast code writes out the same sums (`FourPoints`, `SixPoints`). The gradient of the weights
/// is F(3, m): Bᵀ stays, and G and Aᵀ exchange roles, each transposed.
///
/// Source: Lavin and Gray, 2016, arXiv:1509.09308, section 4.
public struct PlainWinograd: Sendable {
  /// `[points][inputs]`, with m + 2 points and as many inputs.
  public let inputTransform: [[Double]]
  /// `[points][3]`.
  public let weightTransform: [[Double]]
  /// `[m][points]`.
  public let outputTransform: [[Double]]

  /// F(2, 3): the points 0, 1, −1 and ∞.
  public static let two = PlainWinograd(
    inputTransform: [[1, 0, -1, 0], [0, 1, 1, 0], [0, -1, 1, 0], [0, -1, 0, 1]],
    weightTransform: [[1, 0, 0], [0.5, 0.5, 0.5], [0.5, -0.5, 0.5], [0, 0, 1]],
    outputTransform: [[1, 1, 1, 0], [0, 1, -1, 1]])

  /// F(4, 3): the points 0, ±p, ±q and ∞ with p = ¾ and q = 1½, which round half as much as 1 and 2
  /// (docs/kernels.md).
  public static let four: PlainWinograd = {
    let (p, q) = (0.75, 1.5)
    let (p2, q2) = (p * p, q * q)
    let (a, b, c) = (p2 * q2, 2 * p2 * (p2 - q2), 2 * q2 * (q2 - p2))
    return PlainWinograd(
      inputTransform: [
        [p2 * q2, 0, -(p2 + q2), 0, 1, 0], [0, -p * q2, -q2, p, 1, 0], [0, p * q2, -q2, -p, 1, 0],
        [0, -p2 * q, -p2, q, 1, 0], [0, p2 * q, -p2, -q, 1, 0], [0, p2 * q2, 0, -(p2 + q2), 0, 1],
      ],
      weightTransform: [
        [1 / a, 0, 0], [1 / b, p / b, p2 / b], [1 / b, -p / b, p2 / b], [1 / c, q / c, q2 / c],
        [1 / c, -q / c, q2 / c], [0, 0, 1],
      ],
      outputTransform: [
        [1, 1, 1, 1, 1, 0], [0, p, -p, q, -q, 0], [0, p2, p2, q2, q2, 0],
        [0, p2 * p, -p2 * p, q2 * q, -q2 * q, 1],
      ])
  }()

  /// The outputs of one tile `[m rows][m columns]` from its inputs `[m + 2][m + 2]` and weights
  /// `[3][3]`.
  ///
  /// - Parameter columns: The transform along columns, if a tile is not square.
  public func tile(
    _ inputs: [[Double]], weights: [[Double]], columns: PlainWinograd? = nil
  ) -> [[Double]] {
    let columns = columns ?? self
    func transform(_ rows: [[Double]], _ matrix: [[Double]], _ other: [[Double]]) -> [[Double]] {
      Self.product(Self.product(rows, matrix), Self.transposed(other))
    }
    let d = transform(inputTransform, inputs, columns.inputTransform)
    let g = transform(weightTransform, weights, columns.weightTransform)
    let products = zip(d, g).map { zip($0, $1).map { $0 * $1 } }
    return transform(outputTransform, products, columns.outputTransform)
  }

  private static func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
    a.map { row in b[0].indices.map { column in zip(row, b).reduce(0) { $0 + $1.0 * $1.1[column] } }
    }
  }

  private static func transposed(_ a: [[Double]]) -> [[Double]] {
    a[0].indices.map { column in a.map { $0[column] } }
  }
}
