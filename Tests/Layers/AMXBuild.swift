import Kernels
import Processors

/// Whether the kernels are built for AMX according to the compiler; convolutions in bfloat16 then
/// use it.
///
/// Tests of the choice of algorithms must not depend on the choice itself.
let isBuiltForAMX = Set(KernelTarget.ofTheseKernels.instructionSets)
  .isSuperset(of: ["amx_tile", "amx_bf16"])
