import CVectors
import Processors

extension KernelTarget {
  /// What this module was built for.
  public static var ofTheseKernels: KernelTarget {
    @inline(never)
    get {
      KernelTarget(vectorBits: Int(kernelVectorBits()), instructionSets: kernelInstructionSets())
    }
  }
}

extension Numerics {
  /// What this process computes with.
  public static var current: Numerics {
    Numerics(
      kernels: .ofTheseKernels, processor: .current, blasCore: BLAS.coreName,
      blasConfiguration: BLAS.configuration)
  }
}
