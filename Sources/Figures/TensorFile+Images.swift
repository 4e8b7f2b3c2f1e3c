import TensorFiles

extension TensorFile {
  /// The bytes of the tensor `images`, `[count, 3, side, side]`, and their side.
  ///
  /// - Throws: `TensorFileError` if it is absent or has another shape.
  func squareImages(_ count: Int) throws -> (bytes: [UInt8], side: Int) {
    let side = try shape(of: "images").last ?? 0
    return (try scalars(of: "images", as: UInt8.self, shape: [count, 3, side, side]), side)
  }

  /// Counts `[rows, columns]`, row by row.
  ///
  /// - Throws: `TensorFileError` if the tensor is absent, has another shape or contains a negative
  ///   count.
  func countRows(of name: String, rows: Int, columns: Int) throws -> [[Int]] {
    let flat = try counts(of: name, shape: [rows, columns])
    return (0..<rows).map { row in Array(flat[row * columns..<(row + 1) * columns]) }
  }
}
