import Kernels
import Notebook
import Processors
import Tensors

extension StageOptions {
  /// The threads that the stage computes with.
  ///
  /// From now on, a shortage of memory ends the stage with a one-line message. The numerics, on
  /// which the last bits of results depend, are recorded for the artefact's manifest.
  ///
  /// - Throws: An error if this processor can't run the kernels, or the record can't be written.
  public func workers() throws -> WorkerPool {
    try KernelTarget.prepare(threadCount: threads)
    MemoryShortage.endProgram { exitWithError("\($0)") }
    try record(numerics: Numerics.current)
    return WorkerPool(threadCount: threads)
  }
}
