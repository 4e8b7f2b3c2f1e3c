import Tensors

/// Sums of outer products of eight scalars with half a vector, where the other half is padding: with 17 to 24
/// channels a fourth of all lanes. Halves are registers of 256 bits.
struct HalfOctet {
  private typealias Half = SIMD8<Float>

  private var rows: (Half, Half, Half, Half, Half, Half, Half, Half) = (
    .zero, .zero, .zero, .zero, .zero, .zero, .zero, .zero
  )

  /// Rows of an outer product.
  static let rows = 8

  @inline(__always)
  init() {}

  /// row i += scalars[i · step] · the first half of `vector`.
  @inline(__always)
  mutating func add(_ scalars: UnsafePointer<Float>, step: Int, _ vector: UnsafePointer<Vector>) {
    let half = UnsafeRawPointer(vector).assumingMemoryBound(to: Half.self)[0]
    rows.0.addProduct(Half(repeating: scalars[0]), half)
    rows.1.addProduct(Half(repeating: scalars[step]), half)
    rows.2.addProduct(Half(repeating: scalars[2 * step]), half)
    rows.3.addProduct(Half(repeating: scalars[3 * step]), half)
    rows.4.addProduct(Half(repeating: scalars[4 * step]), half)
    rows.5.addProduct(Half(repeating: scalars[5 * step]), half)
    rows.6.addProduct(Half(repeating: scalars[6 * step]), half)
    rows.7.addProduct(Half(repeating: scalars[7 * step]), half)
  }

  /// Writes the first `count` rows with zeros in their other halves, `step` vectors apart, or adds them to what
  /// is there.
  @inline(__always)
  func write(to target: UnsafeMutablePointer<Vector>, step: Int, count: Int, adding: Bool) {
    func write(_ index: Int, _ row: Half) {
      guard index < count else { return }
      let halves = UnsafeMutableRawPointer(target + index * step)
        .assumingMemoryBound(to: Half.self)
      if adding {
        halves[0] += row
      } else {
        halves[0] = row
        halves[1] = .zero
      }
    }
    write(0, rows.0)
    write(1, rows.1)
    write(2, rows.2)
    write(3, rows.3)
    write(4, rows.4)
    write(5, rows.5)
    write(6, rows.6)
    write(7, rows.7)
  }
}

extension KernelLayout {
  /// Whether the other half of the last vector in a block of outputs is padding.
  @inline(__always)
  func endsInHalf(from lane: Int, lanes count: Int) -> Bool {
    let rest = outputs % FeatureMapShape.vectorWidth
    return lane + count == lanes && 0 < rest && rest <= FeatureMapShape.vectorWidth / 2
  }
}
