import CVectors
import Tensors

/// The unit that `PackedLinearProduct` multiplies: a float, or a pair of bfloat16.
///
/// Products multiply rows by blocks of two vectors; the last block may have one vector.
protocol LinearFactor {
  /// The element type of a row in memory.
  associatedtype Number: VectorElement
  /// Factors side by side, one in each lane of a vector.
  associatedtype Column

  /// Elements of one factor.
  static var numbers: Int { get }

  /// The factors of two neighbouring rows; the second row is used only if a factor has two
  /// elements.
  static func column(_ first: Vector, _ second: @autoclosure () -> Vector) -> Column

  /// M = V · U, or M += V · U; rows are padded to a multiple of sixteen.
  ///
  /// Shapes: V `[rows, factors]`, U `[factors, vectors]`, M `[rows, vectors]`.
  ///
  /// - Parameters:
  ///   - rowBytes: Bytes from one row to the next in V.
  ///   - step: Vectors from one row to the next in M.
  ///   - memory: Prefetched meanwhile, in `requests` steps.
  static func multiply(
    rows: Int, factors: Int, _ v: UnsafeRawPointer, rowBytes: Int, _ u: UnsafePointer<Column>,
    vectors: Int, into m: UnsafeMutablePointer<Vector>, step: Int, adding: Bool,
    prefetching memory: inout RowPrefetch)

  /// How often `multiply` prefetches.
  static func requests(rows: Int, factors: Int, vectors: Int) -> Int

  /// Inputs whose sums `correlate` collects in a block before it writes them; 0 if it writes from
  /// registers.
  static var inputsAtOnce: Int { get }

  /// Vᵀ · D: products summed over factors of images.
  ///
  /// Shapes: V `[factors, inputs]`, D `[factors, vectors]`, sums `[inputs, vectors]`; inputs are a
  /// multiple of sixteen.
  ///
  /// - Parameters:
  ///   - step: Vectors from one input's sums to the next's.
  ///   - streams: Whether sums are written by non-temporal stores.
  ///   - block: Memory for the sums of `inputsAtOnce` inputs.
  static func correlate(
    factors: Int, inputs: Int, _ v: UnsafePointer<Column>, _ d: UnsafePointer<Column>, vectors: Int,
    into sums: UnsafeMutablePointer<Vector>, step: Int, streams: Bool,
    block: UnsafeMutablePointer<Vector>)
}

/// One float32 element.
enum FloatFactor: LinearFactor {
  typealias Number = Float
  typealias Column = Vector

  @inline(__always)
  static var numbers: Int { 1 }

  /// Images in one sum in registers; longer sums round more.
  private static var longestSum: Int { 128 }
  /// A core can buffer the stores for this number of inputs.
  @inline(__always)
  static var inputsAtOnce: Int { 16 }

  @inline(__always)
  static func column(_ first: Vector, _ second: @autoclosure () -> Vector) -> Vector { first }

  @inline(__always)
  static func multiply(
    rows: Int, factors: Int, _ v: UnsafeRawPointer, rowBytes: Int, _ u: UnsafePointer<Vector>,
    vectors: Int, into m: UnsafeMutablePointer<Vector>, step: Int, adding: Bool,
    prefetching memory: inout RowPrefetch
  ) {
    let v = v.assumingMemoryBound(to: Float.self)
    let inputStep = rowBytes / MemoryLayout<Float>.size
    for first in stride(from: 0, to: factors, by: MatrixProduct.longestSum) {
      let product = MatrixProduct(
        inputs: min(MatrixProduct.longestSum, factors - first), inputStep: inputStep,
        outputStep: step)
      for row in stride(from: 0, to: rows, by: MatrixProduct.mostRowsAtOnce) {
        memory.prefetchSome()
        product.run(
          rows: min(MatrixProduct.mostRowsAtOnce, rows - row), v + (row * inputStep + first),
          u + first * vectors, vectors: vectors, into: m + row * step, adding: adding || first > 0)
      }
    }
  }

  @inline(__always)
  static func requests(rows: Int, factors: Int, vectors: Int) -> Int {
    func turns(_ count: Int, by size: Int) -> Int { (count + size - 1) / size }
    return turns(rows, by: MatrixProduct.mostRowsAtOnce)
      * turns(factors, by: MatrixProduct.longestSum) * turns(vectors, by: 2)
  }

  @inline(__always)
  static func correlate(
    factors: Int, inputs: Int, _ v: UnsafePointer<Vector>, _ d: UnsafePointer<Vector>, vectors: Int,
    into sums: UnsafeMutablePointer<Vector>, step: Int, streams: Bool,
    block: UnsafeMutablePointer<Vector>
  ) {
    let v = UnsafeRawPointer(v).assumingMemoryBound(to: Float.self)
    for first in stride(from: 0, to: inputs, by: inputsAtOnce) {
      MatrixCorrelation(
        inputs: inputsAtOnce, inputStep: inputs, gradientStep: vectors, rows: factors,
        adding: false,
        rowsInSum: longestSum
      ).run(v + first, d, vectors: vectors, endsInHalf: false, into: block) {}
      for input in 0..<inputsAtOnce {
        for column in 0..<vectors {
          let (sum, target) = (
            block[input * vectors + column], sums + ((first + input) * step + column)
          )
          if streams { streamFloats(target, sum) } else { target.pointee = sum }
        }
      }
    }
  }
}

/// Two bfloat16 elements, whose products are summed in float32.
enum PairFactor: LinearFactor {
  typealias Number = BFloat16
  typealias Column = Pairs

  @inline(__always)
  static var numbers: Int { 2 }

  @inline(__always)
  static var inputsAtOnce: Int { 0 }

  @inline(__always)
  static func column(_ first: Vector, _ second: @autoclosure () -> Vector) -> Pairs {
    roundedPairs(first, second())
  }

  @inline(__always)
  static func multiply(
    rows: Int, factors: Int, _ v: UnsafeRawPointer, rowBytes: Int, _ u: UnsafePointer<Pairs>,
    vectors: Int, into m: UnsafeMutablePointer<Vector>, step: Int, adding: Bool,
    prefetching memory: inout RowPrefetch
  ) {
    MatrixPairProduct(pairs: factors, inputBytes: rowBytes, outputStep: step, adding: adding)
      .run(rows: rows, v, u, vectors: vectors, into: m, prefetching: &memory)
  }

  @inline(__always)
  static func requests(rows: Int, factors: Int, vectors: Int) -> Int {
    MatrixPairProduct.requests(rows: rows, pairs: factors, vectors: 2) * (vectors / 2)
      + MatrixPairProduct.requests(rows: rows, pairs: factors, vectors: 1) * (vectors % 2)
  }

  @inline(__always)
  static func correlate(
    factors: Int, inputs: Int, _ v: UnsafePointer<Pairs>, _ d: UnsafePointer<Pairs>, vectors: Int,
    into sums: UnsafeMutablePointer<Vector>, step: Int, streams: Bool,
    block: UnsafeMutablePointer<Vector>
  ) {
    MatrixPairCorrelation(
      inputs: inputs, inputBytes: inputs * MemoryLayout<UInt32>.size, gradientStep: vectors,
      pairs: factors, adding: false, sumStep: step, streams: streams
    ).run(v, d, vectors: vectors, into: sums)
  }
}
