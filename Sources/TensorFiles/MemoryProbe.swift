import Foundation

/// Checks whether memory can be allocated. An array that can't be allocated ends the process.
package enum MemoryProbe {
  /// Whether `byteCount` bytes can be allocated. Up to a mebibyte is assumed to be available.
  package static func hasRoom(for byteCount: Int) -> Bool {
    guard byteCount > 1 << 20 else { return true }
    let access = PROT_READ | PROT_WRITE
    let probe = mmap(nil, byteCount, access, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0)
    guard let probe, probe != MAP_FAILED else { return false }
    munmap(probe, byteCount)
    return true
  }
}
