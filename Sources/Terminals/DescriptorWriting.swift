import Foundation

/// Writes bytes to a descriptor. `FileHandle.write(_:)` would end the process with a backtrace if
/// the disk is full.
public enum DescriptorWriting {
  /// Writes all of `data`.
  ///
  /// - Returns: 0, or the `errno` of what failed.
  public static func write(_ data: Data, to descriptor: Int32) -> Int32 {
    data.withUnsafeBytes { bytes in
      var rest = bytes[...]
      while !rest.isEmpty {
        let slice = UnsafeRawBufferPointer(rebasing: rest)
        let count = Foundation.write(descriptor, slice.baseAddress, slice.count)
        if count < 0 && errno == EINTR { continue }
        guard count > 0 else { return errno }
        rest = rest.dropFirst(count)
      }
      return 0
    }
  }
}
