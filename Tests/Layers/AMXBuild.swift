import Kernels
import Processors

/// Whether the kernels are built for AMX, as their compiler says; then convolutions in bfloat16 use it.
///
/// Tests of which algorithm is chosen must not ask the choice itself whether they apply.
let isBuiltForAMX = Set(KernelTarget.ofTheseKernels.instructionSets)
  .isSuperset(of: ["amx_tile", "amx_bf16"])
