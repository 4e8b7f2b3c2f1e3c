import Tensors

/// The sums before and after the products of Winograd's convolution F(2×2, 3×3): each 4×4 tile of the
/// input yields 2×2 outputs by 16 products instead of 36, one at each of 16 *points*.
///
///     Y = Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A
///
///          | 1  0 -1  0 |        | 1   0   0 |
///     Bᵀ = | 0  1  1  0 |    G = | ½   ½   ½ |    Aᵀ = | 1  1  1  0 |
///          | 0 -1  1  0 |        | ½  -½   ½ |         | 0  1 -1  1 |
///          | 0 -1  0  1 |        | 0   0   1 |
///
/// The gradient of the kernel is F(3×3, 2×2) of the same tiles with the 2×2 gradients of their outputs in
/// the place of the kernel: Bᵀ stays, G gets two columns and Aᵀ three rows.
///
/// Source: Lavin and Gray, 2016, arXiv:1509.09308, section 4.1.
enum WinogradTransform {
  /// Products of a tile.
  static let points = 16

  /// Four numbers along one axis.
  struct Line {
    var first: Vector
    var second: Vector
    var third: Vector
    var fourth: Vector

    @inline(__always)
    static var zero: Line { Line(first: .zero, second: .zero, third: .zero, fourth: .zero) }

    @inline(__always)
    subscript(index: Int) -> Vector {
      switch index {
      case 0: first
      case 1: second
      case 2: third
      default: fourth
      }
    }

    /// Bᵀ times four numbers of the input.
    @inline(__always)
    static func ofInput(_ a: Vector, _ b: Vector, _ c: Vector, _ d: Vector) -> Line {
      Line(first: a - c, second: b + c, third: c - b, fourth: d - b)
    }

    /// G of F(3, 2) times two gradients, the halves left to the end.
    @inline(__always)
    static func ofGradients(_ a: Vector, _ b: Vector) -> Line {
      Line(first: a, second: a + b, third: a - b, fourth: b)
    }

    /// Aᵀ times the products.
    @inline(__always)
    var outputs: (Vector, Vector) { (first + (second + third), (second - third) + fourth) }

    /// Aᵀ of F(3, 2) times the products, with the halves.
    @inline(__always)
    var weights: (Vector, Vector, Vector) {
      let half = Vector(repeating: 0.5)
      let (sum, difference) = (half * (second + third), half * (second - third))
      return (first + sum, difference, sum + fourth)
    }
  }
}
