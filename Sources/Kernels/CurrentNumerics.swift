import CVectors
import OpenBLAS
import Processors

extension KernelTarget {
  /// The processor that this module was built for.
  public static var ofTheseKernels: KernelTarget {
    @inline(never)
    get {
      KernelTarget(vectorBits: Int(kernelVectorBits()), instructionSets: kernelInstructionSets())
    }
  }

  /// Rows that these kernels sum at once in registers, for one, two or three vectors of outputs.
  public static func registerBlockRows(vectors: Int) -> Int {
    RegisterBlockSize.isFourByOne
      ? RegisterBlockSize.Narrow.rowCount : RegisterBlockSize.wideRows(vectors: vectors)
  }

  /// Checks, before anything is computed, that these kernels run on this processor, and loads the
  /// library that they call.
  ///
  /// - Parameter threadCount: Threads that will compute.
  /// - Throws: `ProcessorMismatch` or `OpenBLASError`.
  public static func prepare(threadCount: Int) throws {
    try ofTheseKernels.check(on: .current)
    try OpenBLAS.load(threadCount: threadCount)
  }
}

extension Numerics {
  /// What this process computes with.
  ///
  /// - Precondition: `KernelTarget.prepare(threadCount:)` has succeeded.
  public static var current: Numerics {
    Numerics(
      kernels: .ofTheseKernels, processor: .current, blasCore: OpenBLAS.loaded.coreName,
      blasConfiguration: OpenBLAS.loaded.configuration)
  }
}
