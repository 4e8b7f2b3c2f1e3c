import OpenBLAS
import Testing

/// The library, which is loaded at the first product.
@Suite struct OpenBLASTests {
  @Test func loadsAndMultiplies() throws {
    try OpenBLAS.load(threadCount: 1)
    let library = OpenBLAS.loaded
    #expect(!library.coreName.isEmpty)
    #expect(library.configuration.hasPrefix("OpenBLAS "))
    // A is [2, 3], B [3, 2]; C = A · B + C.
    let a: [Float] = [1, 2, 3, 4, 5, 6]
    let b: [Float] = [7, 8, 9, 10, 11, 12]
    var c: [Float] = [1, 0, 0, 1]
    library.multiply(
      OpenBLAS.Constant.rowMajor, OpenBLAS.Constant.asItIs, OpenBLAS.Constant.asItIs, 2, 2, 3, 1, a,
      3, b,
      2, 1, &c, 2)
    #expect(c == [59, 64, 139, 155])
    // The transposed B is [2, 3] in memory.
    let transposed: [Float] = [7, 9, 11, 8, 10, 12]
    library.multiply(
      OpenBLAS.Constant.rowMajor, OpenBLAS.Constant.asItIs, OpenBLAS.Constant.transposed, 2, 2, 3,
      1, a,
      3, transposed, 3, 0, &c, 2)
    #expect(c == [58, 64, 139, 154])
  }

  @Test func missingLibraryIsOneLineWithItsRepair() {
    let error = #expect(throws: OpenBLASError.self) { try OpenBLAS(file: "libabsent.so.0") }
    guard case .notLoaded("libabsent.so.0", _) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    let message = error?.description ?? ""
    #expect(message.contains("libabsent.so.0") && message.contains("apt-get install libopenblas0"))
    #expect(!message.contains { $0.isNewline })
  }

  @Test func anotherLibraryIsRefused() {
    #expect(throws: OpenBLASError.missingFunction(library: "libm.so.6", name: "cblas_sgemm")) {
      try OpenBLAS(file: "libm.so.6")
    }
  }

  @Test func tooLittleAddressSpaceIsToldBeforeTheLibraryWaitsForIt() throws {
    try AddressSpace(left: nil).check(for: "x", needed: .max)
    try AddressSpace(left: 5 << 20).check(for: "x", needed: 5 << 20)
    let error = OpenBLASError.tooLittleMemory(library: "x", needed: 7 << 20, left: 5 << 20)
    #expect(throws: error) { try AddressSpace(left: 5 << 20).check(for: "x", needed: 7 << 20) }
    #expect(
      error.description == "x needs 7 MiB of address space, and the limit leaves 5; raise the limit"
        + " (ulimit -v), or compute on fewer threads")
  }
}
