import Kernels
import Notebook
import Processors
import Tensors

extension StageOptions {
  /// The threads that the stage computes with.
  ///
  /// A shortage of memory ends the stage from now on, in one line, and what the last bits of a result
  /// depend on is left for the artefact's manifest.
  ///
  /// - Throws: Where this processor can't run the kernels, or the record can't be written.
  public func workers() throws -> WorkerPool {
    try KernelTarget.prepare(threadCount: threads)
    MemoryShortage.endProgram { exitWithError("\($0)") }
    try record(numerics: Numerics.current)
    return WorkerPool(threadCount: threads)
  }
}
