import CVectors
import Tensors

/// How values are rounded to bfloat16, or split into bfloat16 parts, for `TileUnit`.
///
/// A float32 is exactly the sum of three bfloat16 of eight significant bits each: x = x₀ + x₁ + x₂.
/// Of the nine products of two such sums, the six largest are kept; the other three would
/// contribute less than the last bit of a float32. So `TileUnit` multiplies float32 in six passes.
/// Source: Henry, Tang and Heinecke, 2019, arXiv:1904.06376, section 3.
enum TileParts {
  /// Parts of a value in arithmetic of this precision.
  @inline(__always)
  static func count(in precision: Precision) -> Int { precision == .float32 ? 3 : 1 }

  /// Number of products of parts. They are summed from the smallest to the largest, so that the
  /// large ones are rounded last.
  static let products = 6

  /// The part of the first and of the second factor in a product, counted from 0.
  @inline(__always)
  static func factors(ofProduct product: Int) -> (Int, Int) {
    switch product {
    case 0: (1, 1)
    case 1: (0, 2)
    case 2: (2, 0)
    case 3: (0, 1)
    case 4: (1, 0)
    default: (0, 0)
    }
  }

  /// The index of the first product to compute if each factor has `parts` parts.
  @inline(__always)
  static func firstProduct(parts: Int) -> Int { parts == 3 ? 0 : products - 1 }

  /// Splits each lane into its parts.
  @inline(__always)
  static func split(
    _ vector: Vector
  ) -> (SIMD16<UInt16>, SIMD16<UInt16>, SIMD16<UInt16>) {
    let first = roundToBFloat16(vector)
    let rest = vector - widenBFloat16(first)
    let second = roundToBFloat16(rest)
    return (first, second, roundToBFloat16(rest - widenBFloat16(second)))
  }

  /// Writes a vector's parts, `partStride` elements apart.
  @inline(__always)
  static func store(
    _ vector: Vector, to target: UnsafeMutableRawPointer, parts: Int, partStride: Int
  ) {
    guard parts == 3 else {
      return target.storeBytes(of: roundToBFloat16(vector), as: SIMD16<UInt16>.self)
    }
    let (first, second, last) = split(vector)
    target.storeBytes(of: first, as: SIMD16<UInt16>.self)
    (target + 2 * partStride).storeBytes(of: second, as: SIMD16<UInt16>.self)
    (target + 4 * partStride).storeBytes(of: last, as: SIMD16<UInt16>.self)
  }

  /// Writes a value's parts, `partStride` elements apart.
  @inline(__always)
  static func store(
    _ number: Float, to target: UnsafeMutableRawPointer, parts: Int, partStride: Int
  ) {
    var rest = number
    for part in 0..<parts {
      let rounded = BFloat16(rest)
      (target + 2 * part * partStride).storeBytes(of: rounded, as: BFloat16.self)
      rest -= rounded.float
    }
  }

  /// Writes the parts of two vectors, paired lane by lane, as weight tiles hold them.
  @inline(__always)
  static func storePairs(
    _ first: Vector, _ second: Vector, to target: UnsafeMutableRawPointer, parts: Int,
    partBytes: Int
  ) {
    func store(_ words: SIMD16<UInt32>, part: Int) {
      (target + part * partBytes).assumingMemoryBound(to: SIMD16<UInt32>.self).pointee = words
    }
    guard parts == 3 else {
      return store(roundedPairs(first, second), part: 0)
    }
    let (a, b) = (split(first), split(second))
    store(pairHalves(a.0, b.0), part: 0)
    store(pairHalves(a.1, b.1), part: 1)
    store(pairHalves(a.2, b.2), part: 2)
  }
}
