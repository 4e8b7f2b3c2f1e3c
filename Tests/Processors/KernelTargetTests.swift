import Kernels
import Processors
import Tensors
import Testing

/// The kernels and the processor on which they run.
@Suite struct KernelTargetTests {
  private func target(_ vectorBits: Int, _ instructionSets: String) -> KernelTarget {
    instructionSets.withCString { KernelTarget(vectorBits: vectorBits, instructionSets: $0) }
  }

  /// Two processors of one machine, as /proc/cpuinfo lists them.
  private func processor(_ flags: String) -> Processor {
    Processor(
      listing: """
        processor\t: 0
        model name\t: Example 7: of its kind
        flags\t\t: fpu \(flags)
        vmx flags\t: vnmi avx512f

        processor\t: 1
        model name\t: another
        flags\t\t: fpu
        """)
  }

  @Test func readsNameAndInstructions() {
    let found = processor("avx2 fma")
    #expect(found.name == "Example 7: of its kind")
    #expect(found.instructionSets == ["fpu", "avx2", "fma"])
  }

  @Test(arguments: [
    ("sse4_2 avx", 128), ("avx2", 128), ("avx2 fma", 256), ("avx2 fma avx512f", 512),
  ])
  func widthOfVectors(flags: String, bits: Int) {
    #expect(processor(flags).vectorBits == bits)
  }

  @Test func unlistedProcessor() throws {
    let unknown = Processor(listing: "")
    #expect(unknown.name == "unknown")
    #expect(unknown.instructionSets == nil)
    #expect(unknown.vectorBits == 128)
    try target(512, " avx2 avx512f").check(on: unknown)
  }

  @Test func armProcessor() throws {
    let arm = Processor(listing: "processor\t: 0\nFeatures\t: fp asimd bf16\nCPU part\t: 0xd40\n")
    #expect(arm.instructionSets == ["fp", "asimd", "bf16"])
    #expect(arm.vectorBits == 128)
    try target(128, "").check(on: arm)
    #expect(target(128, "").warning(on: arm) == nil)
  }

  @Test func kernelsForMoreThanTheProcessorHasAreRefused() throws {
    let built = target(512, " avx2 fma avx512f amx_tile")
    try built.check(on: processor("fma avx2 avx512f avx512bw amx_tile"))
    let mismatch = #expect(throws: ProcessorMismatch.self) {
      try built.check(on: processor("fma avx2 avx512f"))
    }
    #expect(mismatch?.missing == ["amx_tile"])
    #expect(
      mismatch?.description
        == "the kernels are built for instructions that this processor (Example 7: of its kind) "
        + "lacks: amx_tile; build for this processor, without TESSERA_CPU: ./pipeline.sh setup")
  }

  @Test(arguments: [
    (128, "avx2 fma", "128", "256", "60"), (128, "avx2 fma avx512f", "128", "512", "90"),
    (256, "avx2 fma avx512f", "256", "512", "1.5"),
  ])
  func narrowKernelsWarn(
    built: Int, flags: String, narrow: String, wide: String, ratio: String
  ) throws {
    let warning = try #require(target(built, "").warning(on: processor(flags)))
    #expect(
      warning == "these kernels are built for \(narrow)-bit vectors, this processor has "
        + "\(wide)-bit ones: training takes about \(ratio) times as long; build for this "
        + "processor, without TESSERA_CPU: ./pipeline.sh setup")
    #expect(!warning.contains("\n"))
  }

  @Test(arguments: [(512, "avx2 fma avx512f"), (512, "avx2 fma"), (256, "avx2 fma"), (128, "")])
  func fittingKernelsDoNot(built: Int, flags: String) {
    #expect(target(built, "").warning(on: processor(flags)) == nil)
  }

  @Test func numericsWarnOfNarrowKernels() {
    func warnings(_ kernels: KernelTarget) -> [String] {
      Numerics(
        kernels: kernels, processor: processor("avx2 fma avx512f"), blasCore: "Haswell",
        blasConfiguration: ""
      ).warnings
    }
    #expect(warnings(target(512, "")).isEmpty)
    #expect(
      warnings(target(256, "")) == [target(256, "").warning(on: processor("avx2 fma avx512f"))])
  }

  /// The header's description of this build is consistent, and the processor of the tests can run
  /// it.
  @Test func theseKernels() throws {
    let built = KernelTarget.ofTheseKernels
    try built.check(on: .current)
    #expect(built.instructionSets.contains("avx512f") == (built.vectorBits == 512))
    #expect(built.vectorBits <= Processor.current.vectorBits)
    #expect(built.instructionSets.isEmpty || Set(built.instructionSets).count > 1)
    // Without support, tests of bfloat16 are skipped.
    #expect(Precision.bfloat16.isSupported == built.instructionSets.contains("avx512_bf16"))
  }
}
