/// The placement of buffers with known lifetimes in one arena.
///
/// Buffers whose lifetimes don't overlap may share memory. The largest buffers are placed first,
/// each at the lowest offset that no buffer alive at the same time occupies.
/// Source: greedy placement by size, Pisarchyk and Lee, 2020, arXiv:2001.03288, section 5.
struct MemoryPlan {
  /// A buffer that is in use between two moments.
  struct Request: Equatable {
    let byteCount: Int
    /// First and last moment of use.
    let lifetime: ClosedRange<Int>
  }

  /// The offset of each request, in bytes, in the order of the requests.
  let offsets: [Int]
  /// Bytes of the whole arena, a multiple of the alignment.
  let byteCount: Int

  /// - Parameter alignment: Offsets are multiples of this many bytes.
  init(_ requests: [Request], alignment: Int = 64) {
    var offsets = [Int](repeating: 0, count: requests.count)
    var placed: [Int] = []
    var end = 0
    let largestFirst = requests.indices.sorted {
      (requests[$0].byteCount, $1) > (requests[$1].byteCount, $0)
    }
    for index in largestFirst {
      let request = requests[index]
      let size = (request.byteCount + alignment - 1) / alignment * alignment
      let neighbours =
        placed
        .filter { requests[$0].lifetime.overlaps(request.lifetime) }
        .map { (start: offsets[$0], end: offsets[$0] + requests[$0].byteCount) }
        .sorted { $0.start < $1.start }
      var offset = 0
      for neighbour in neighbours {
        if offset + size <= neighbour.start { break }
        offset = max(offset, (neighbour.end + alignment - 1) / alignment * alignment)
      }
      offsets[index] = offset
      placed.append(index)
      end = max(end, offset + size)
    }
    self.offsets = offsets
    byteCount = end
  }
}
