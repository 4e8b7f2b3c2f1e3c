import Foundation

/// The address space that this process may still map under a limit (`ulimit -v`).
package struct AddressSpace {
  /// Bytes; nil without a limit.
  package let left: Int?

  package init(left: Int?) {
    self.left = left
  }

  /// Source: `getrlimit(2)`; `proc(5)` of Linux: the first number of `/proc/self/statm` is the size
  /// in pages.
  package static var current: AddressSpace {
    var limit = rlimit()
    guard getrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0,
      limit.rlim_cur < rlim_t(Int.max)
    else { return AddressSpace(left: nil) }
    let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)
    let pages = text?.split(separator: " ").first.flatMap { Int($0) } ?? 0
    return AddressSpace(left: max(0, Int(limit.rlim_cur) - pages * Int(getpagesize())))
  }

  package func check(for library: String, needed: Int) throws(OpenBLASError) {
    guard let left, left < needed else { return }
    throw .tooLittleMemory(library: library, needed: needed, left: left)
  }
}
