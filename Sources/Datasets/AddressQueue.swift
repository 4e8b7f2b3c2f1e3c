/// The order in which the addresses of one file are tried.
///
/// Each is tried once and abandoned for the next if it gives no bytes, few bytes or wrong ones. After
/// that the addresses that gave bytes are tried again, the fastest first, however slow they are now; the
/// last address where none gave any.
struct AddressQueue {
  let addresses: [WebAddress]
  private var untried: ArraySlice<Int>
  private var again: ArraySlice<Int>?
  /// Bytes per second of each address that gave any.
  private var rates: [Int: Double] = [:]
  private var excluded: Set<Int> = []

  /// - Precondition: at least one address.
  init(_ addresses: [WebAddress]) {
    precondition(!addresses.isEmpty, "no address")
    self.addresses = addresses
    untried = Array(addresses.indices)[...]
  }

  /// The next address, and whether it may be slow (`isKept`); nil if all have failed.
  mutating func next() -> (index: Int, isKept: Bool)? {
    if let index = untried.popFirst() { return (index, addresses.count == 1) }
    guard addresses.count > 1 else { return nil }
    if again == nil {
      let ranked = rates.keys.sorted { (rates[$0] ?? 0, $1) > (rates[$1] ?? 0, $0) }
      // If none gave anything, the last, the original host, is tried again.
      again = ranked.isEmpty ? [addresses.count - 1] : ranked[...]
    }
    while let index = again?.popFirst() {
      if !excluded.contains(index) { return (index, true) }
    }
    return nil
  }

  /// Whether another address is left to try.
  var hasMore: Bool {
    var copy = self
    return copy.next() != nil
  }

  mutating func note(_ index: Int, bytesPerSecond: Double) {
    rates[index] = max(rates[index] ?? 0, bytesPerSecond)
  }

  /// Never gives an address again: it has no such file, or another one.
  mutating func exclude(_ index: Int) { excluded.insert(index) }
}
