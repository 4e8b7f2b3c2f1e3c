import CVectors
import Processors

extension KernelTarget {
  /// What this module was built for. Nothing here may need more of the processor than `check` does.
  @inline(never)
  public static var ofTheseKernels: KernelTarget {
    KernelTarget(vectorBits: Int(kernelVectorBits()), instructionSets: kernelInstructionSets())
  }
}
