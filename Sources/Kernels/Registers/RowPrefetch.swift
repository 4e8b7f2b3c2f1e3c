import CVectors

/// Memory that a product prefetches while it multiplies.
protocol Prefetching {
  /// Whether there is anything to prefetch.
  static var isNeeded: Bool { get }
  mutating func prefetchSome()
}

/// Prefetches nothing.
struct NoPrefetch: Prefetching {
  @inline(__always)
  static var isNeeded: Bool { false }

  @inline(__always)
  mutating func prefetchSome() {}
}

/// Prefetches parts of rows of the matrix that is read next. With few images, weights take as long
/// to load as to multiply. They arrive in time if a few lines at a time are prefetched within
/// products, but not if hundreds are prefetched between products (docs/kernels.md).
struct RowPrefetch: Prefetching {
  private var row: UnsafeRawPointer
  private let rowBytes: Int
  private let partBytes: Int
  private let linesInRequest: Int
  private var rows: Int
  private var offset = 0

  private static var lineBytes: Int { 64 }

  @inline(__always)
  static var isNeeded: Bool { true }

  /// - Parameters:
  ///   - row: The part of the first row.
  ///   - step: Vectors from one row to the next.
  ///   - vectors: Vectors of a part.
  ///   - requests: Number of calls of `prefetchSome` that prefetch everything.
  @inline(__always)
  init(_ row: UnsafePointer<Vector>, rows: Int, step: Int, vectors: Int, requests: Int) {
    self.row = UnsafeRawPointer(row)
    self.rows = rows
    (rowBytes, partBytes) = (step * Self.lineBytes, vectors * Self.lineBytes)
    let requests = max(requests, 1)
    linesInRequest = (rows * vectors + requests - 1) / requests
  }

  @inline(__always)
  mutating func prefetchSome() {
    for _ in 0..<linesInRequest {
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
