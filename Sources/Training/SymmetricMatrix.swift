/// A small symmetric matrix, for its eigenvectors.
package struct SymmetricMatrix {
  private var elements: [[Double]]

  /// - Precondition: `elements` is square and symmetric.
  package init(_ elements: [[Double]]) {
    self.elements = elements
  }

  private static let mostSweeps = 100

  /// The eigenvalues, largest first, and an eigenvector of length 1 for each, whose largest element
  /// is positive.
  ///
  /// Source: Jacobi's rotations; Golub and Van Loan, Matrix Computations, 4th edition, section
  /// 8.5.2.
  package func eigenvectors() -> (values: [Double], vectors: [[Double]]) {
    var a = elements
    let size = a.count
    var vectors = (0..<size).map { row in (0..<size).map { $0 == row ? 1.0 : 0 } }
    for _ in 0..<Self.mostSweeps {
      var isDiagonal = true
      for p in 0..<size {
        for q in p + 1..<max(size, p + 1) where a[p][q] != 0 {
          // Below the rounding of both diagonal elements, it has no effect on them.
          guard abs(a[p][q]) > 1e-18 * (abs(a[p][p]) + abs(a[q][q])) else {
            (a[p][q], a[q][p]) = (0, 0)
            continue
          }
          isDiagonal = false
          Self.rotate(&a, &vectors, p, q)
        }
      }
      if isDiagonal { break }
    }
    let order = (0..<size).sorted { a[$0][$0] > a[$1][$1] }
    return (order.map { a[$0][$0] }, order.map { Self.withPositivePeak(vectors[$0]) })
  }

  /// The rotation that makes a[p][q] zero.
  private static func rotate(
    _ a: inout [[Double]], _ vectors: inout [[Double]], _ p: Int, _ q: Int
  ) {
    let theta = (a[q][q] - a[p][p]) / (2 * a[p][q])
    let tangent = (theta < 0 ? -1 : 1) / (abs(theta) + (theta * theta + 1).squareRoot())
    let cosine = 1 / (tangent * tangent + 1).squareRoot()
    let sine = tangent * cosine
    for index in a.indices {
      let (left, right) = (a[index][p], a[index][q])
      a[index][p] = cosine * left - sine * right
      a[index][q] = sine * left + cosine * right
    }
    for index in a.indices {
      let (upper, lower) = (a[p][index], a[q][index])
      a[p][index] = cosine * upper - sine * lower
      a[q][index] = sine * upper + cosine * lower
      let (first, second) = (vectors[p][index], vectors[q][index])
      vectors[p][index] = cosine * first - sine * second
      vectors[q][index] = sine * first + cosine * second
    }
    (a[p][q], a[q][p]) = (0, 0)
  }

  /// An eigenvector's sign is arbitrary: this one depends on its direction alone.
  private static func withPositivePeak(_ vector: [Double]) -> [Double] {
    let peak = vector.max { abs($0) < abs($1) } ?? 0
    return peak < 0 ? vector.map { -$0 } : vector
  }
}
