// The functions that libFuzzer calls. libFuzzer provides `main`, so this program has none.

import Foundation
import FuzzTargets

/// The reader named by an environment variable, and a folder for its files.
private let fuzzed: (reader: FuzzReader, folder: URL) = {
  let name = ProcessInfo.processInfo.environment["FUZZ_READER"] ?? ""
  guard let reader = FuzzReader.all.first(where: { $0.name == name }) else {
    let names = FuzzReader.all.map(\.name).joined(separator: ", ")
    fatalError("FUZZ_READER is '\(name)', expected one of \(names)")
  }
  return (reader, FileManager.default.temporaryDirectory)
}()

/// Inserts the reader's maximum length before the options, so that the caller's option overrides
/// it.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
  _ count: UnsafeMutablePointer<CInt>,
  _ arguments: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
  let given = Array(UnsafeBufferPointer(start: arguments.pointee, count: Int(count.pointee)))
  let all = given.prefix(1) + [strdup("-max_len=\(fuzzed.reader.longestInput)")] + given.dropFirst()
  let buffer = UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>.allocate(capacity: all.count + 1)
  buffer.initialize(repeating: nil, count: all.count + 1)
  buffer.update(from: Array(all), count: all.count)
  (count.pointee, arguments.pointee) = (CInt(all.count), buffer)
  return 0
}

@_cdecl("LLVMFuzzerTestOneInput")
public func testOneInput(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let bytes = Array(UnsafeBufferPointer(start: start, count: count))
  do {
    try fuzzed.reader.read(bytes, in: fuzzed.folder)
  } catch {
    fatalError("\(fuzzed.reader.name): \(error)")
  }
  return 0
}
