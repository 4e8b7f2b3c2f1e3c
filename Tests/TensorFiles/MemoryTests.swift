import Foundation
import TensorFiles
import TestSupport
import Testing

/// Files that are larger than the memory available to the process.
@Suite struct MemoryTests {
  @Test func aFileOrATensorThatDoesNotFitIsTold() async {
    await #expect(processExitsWith: .success) {
      let folder = try TemporaryFolder()
      let url = folder.file("large.safetensors")
      var writer = TensorFileWriter(schema: "images")
      writer.add("images", shape: [1 << 26], making: { [UInt8](repeating: 7, count: 1 << 26) })
      try writer.write(to: url)

      let file = try TensorFile(contentsOf: url)
      limitAddressSpace(toMore: 20 << 20)
      #expect(
        throws: TensorFileError.noMemory(file: url.path, tensor: "images", byteCount: 1 << 26)
      ) {
        try file.scalars(of: "images", as: UInt8.self)
      }
      let error = #expect(throws: TensorFileError.self) { try TensorFile(contentsOf: url) }
      guard case .noMemory(url.path, nil, _) = error else {
        Issue.record("\(String(describing: error))")
        return
      }
      let message = error?.description ?? ""
      #expect(message.contains("no memory for 6710") && message.contains("ulimit -v"), "\(message)")
    }
  }
}

/// Limits the number of bytes that this process may still map.
private func limitAddressSpace(toMore byteCount: Int) {
  let status = (try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8)) ?? ""
  let pages = status.split(separator: " ").first.flatMap { Int($0) } ?? 0
  let size = rlim_t(pages * Int(getpagesize()) + byteCount)
  var limit = rlimit(rlim_cur: size, rlim_max: size)
  #expect(setrlimit(__rlimit_resource_t(RLIMIT_AS.rawValue), &limit) == 0)
}
