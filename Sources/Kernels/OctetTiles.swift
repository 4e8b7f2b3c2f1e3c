import Tensors

/// The octets, vectors of eight numbers, of a block of outputs: by twos (`Quad`), and by threes where an empty half is
/// left out. With 256 bits an octet is a register: four rows of three leave three of sixteen registers for weights
/// and one for a scalar.
enum OctetTiles {
  /// Rows of a tile.
  static var rows: Int { Quad.rows }

  @inline(__always)
  static func octets(_ vectors: UnsafePointer<Vector>) -> UnsafePointer<SIMD8<Float>> {
    UnsafeRawPointer(vectors).assumingMemoryBound(to: SIMD8<Float>.self)
  }

  @inline(__always)
  static func octets(_ vectors: UnsafeMutablePointer<Vector>) -> UnsafeMutablePointer<SIMD8<Float>>
  {
    UnsafeMutableRawPointer(vectors).assumingMemoryBound(to: SIMD8<Float>.self)
  }
}

/// Sums of rows by the outputs of a block.
protocol OctetSums {
  var rows: Int { get }

  /// Computes those of four rows by the octets of a tile.
  /// Twos begin with a vector.
  func sum<Tile: OctetTile>(ofRow row: Int, from octet: Int, by _: Tile.Type)
}

extension OctetSums {
  /// Computes all. By which tiles is asked once for all rows, since what stands between tiles costs as much as
  /// a tenth of their sums.
  ///
  /// - Parameters:
  ///   - lanes: Vectors of the block.
  ///   - endsInHalf: Whether the other half of the last one is padding.
  @inline(__always)
  func run(lanes: Int, endsInHalf: Bool) {
    let starts = stride(from: 0, to: rows, by: OctetTiles.rows)
    switch (lanes, endsInHalf) {
    case (1, _):
      for row in starts { sum(ofRow: row, from: 0, by: Quad.self) }
    case (2, true):
      for row in starts { sum(ofRow: row, from: 0, by: FourByThree.self) }
    case (2, false):
      for row in starts {
        sum(ofRow: row, from: 0, by: Quad.self)
        sum(ofRow: row, from: 2, by: Quad.self)
      }
    case (_, true):
      for row in starts {
        sum(ofRow: row, from: 0, by: Quad.self)
        sum(ofRow: row, from: 2, by: FourByThree.self)
      }
    default:
      for row in starts {
        sum(ofRow: row, from: 0, by: Quad.self)
        sum(ofRow: row, from: 2, by: Quad.self)
        sum(ofRow: row, from: 4, by: Quad.self)
      }
    }
  }
}

/// Sums of outer products of four scalars with some octets.
protocol OctetTile {
  init()

  /// row i += scalars[i · step] · the octets.
  mutating func add(
    _ scalars: UnsafePointer<Float>, step: Int, _ octets: UnsafePointer<SIMD8<Float>>)

  /// Writes the first `count` rows, `step` octets apart, or adds them to what is there.
  func write(to target: UnsafeMutablePointer<SIMD8<Float>>, step: Int, count: Int, adding: Bool)
}

/// Sums of outer products of four scalars with three octets.
struct FourByThree: OctetTile {
  private typealias Row = (SIMD8<Float>, SIMD8<Float>, SIMD8<Float>)

  private var rows: (Row, Row, Row, Row) = (
    (.zero, .zero, .zero), (.zero, .zero, .zero), (.zero, .zero, .zero), (.zero, .zero, .zero)
  )

  @inline(__always)
  init() {}

  /// row i += scalars[i · step] · the three octets.
  @inline(__always)
  mutating func add(
    _ scalars: UnsafePointer<Float>, step: Int, _ octets: UnsafePointer<SIMD8<Float>>
  ) {
    let (first, second, third) = (octets[0], octets[1], octets[2])
    func add(_ row: inout Row, _ scalar: Float) {
      let scalar = SIMD8<Float>(repeating: scalar)
      row.0.addProduct(scalar, first)
      row.1.addProduct(scalar, second)
      row.2.addProduct(scalar, third)
    }
    add(&rows.0, scalars[0])
    add(&rows.1, scalars[step])
    add(&rows.2, scalars[2 * step])
    add(&rows.3, scalars[3 * step])
  }

  /// Writes the first `count` rows, `step` octets apart, or adds them to what is there.
  @inline(__always)
  func write(
    to target: UnsafeMutablePointer<SIMD8<Float>>, step: Int, count: Int, adding: Bool
  ) {
    func write(_ index: Int, _ row: Row) {
      guard index < count else { return }
      let target = target + index * step
      target[0] = adding ? target[0] + row.0 : row.0
      target[1] = adding ? target[1] + row.1 : row.1
      target[2] = adding ? target[2] + row.2 : row.2
    }
    write(0, rows.0)
    write(1, rows.1)
    write(2, rows.2)
    write(3, rows.3)
  }
}

/// With two octets, one vector.
extension Quad: OctetTile {
  @inline(__always)
  init() { self.init(.zero) }

  @inline(__always)
  mutating func add(
    _ scalars: UnsafePointer<Float>, step: Int, _ octets: UnsafePointer<SIMD8<Float>>
  ) {
    add(scalars, step: step, UnsafeRawPointer(octets).assumingMemoryBound(to: Vector.self)[0])
  }

  @inline(__always)
  func write(
    to target: UnsafeMutablePointer<SIMD8<Float>>, step: Int, count: Int, adding: Bool
  ) {
    write(
      to: UnsafeMutableRawPointer(target).assumingMemoryBound(to: Vector.self), step: step / 2,
      count: count, adding: adding)
  }
}

extension KernelLayout {
  /// Whether the other half of the last vector in a block of outputs is padding.
  @inline(__always)
  func endsInHalf(from lane: Int, lanes count: Int) -> Bool {
    lane + count == lanes && FeatureMapShape.endsInHalf(channels: outputs)
  }
}
