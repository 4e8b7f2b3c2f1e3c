import CVectors

/// Memory that a product asks for while it multiplies something else.
protocol MemoryAhead {
  /// Pairs of numbers that are multiplied from one request to the next; nil where nothing is asked for.
  static var pairsInStep: Int? { get }
  mutating func fetchSome()
}

/// No memory.
struct NoComingRows: MemoryAhead {
  @inline(__always)
  static var pairsInStep: Int? { nil }

  @inline(__always)
  mutating func fetchSome() {}
}

/// Parts of rows of a matrix that is read next. Weights that few images share come from memory as slowly as
/// they are multiplied. Asked for a few lines at a time within products, they come meanwhile; between
/// products, in hundreds, they did not (docs/kernels.md).
struct ComingRows: MemoryAhead {
  private var row: UnsafeRawPointer
  private let rowBytes: Int
  private let partBytes: Int
  private let linesInStep: Int
  private var rows: Int
  private var offset = 0

  private static var lineBytes: Int { 64 }

  private static var step: Int { 8 }

  @inline(__always)
  static var pairsInStep: Int? { step }

  /// - Parameters:
  ///   - row: The first row's part.
  ///   - step: Vectors from one row to the next.
  ///   - vectors: Vectors of a part.
  ///   - pairs: Pairs that are multiplied meanwhile, one after the other.
  @inline(__always)
  init(_ row: UnsafePointer<Vector>, rows: Int, step: Int, vectors: Int, during pairs: Int) {
    self.row = UnsafeRawPointer(row)
    self.rows = rows
    (rowBytes, partBytes) = (step * Self.lineBytes, vectors * Self.lineBytes)
    let steps = max(pairs / Self.step, 1)
    linesInStep = (rows * vectors + steps - 1) / steps
  }

  @inline(__always)
  mutating func fetchSome() {
    for _ in 0..<linesInStep {
      guard rows > 0 else { return }
      prefetchLine(row + offset)
      offset += Self.lineBytes
      if offset == partBytes {
        offset = 0
        rows -= 1
        row += rowBytes
      }
    }
  }
}
