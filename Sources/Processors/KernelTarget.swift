/// The processor that the kernels were built for.
///
/// This is a separate module, built for any processor: code built for a newer processor could not
/// even report the error on an older one. For the same reason `Kernels` uses no dictionaries or
/// arrays of strings: the linker keeps one copy of their specialised code, and may keep the one
/// compiled with the kernels.
public struct KernelTarget: Sendable {
  /// Bits of the widest vectors.
  public let vectorBits: Int
  /// Instruction sets that kernels may use, by their names in /proc/cpuinfo.
  public let instructionSets: [String]

  /// - Parameter instructionSets: Names separated by spaces, as a C string.
  public init(vectorBits: Int, instructionSets: UnsafePointer<CChar>) {
    self.vectorBits = vectorBits
    self.instructionSets = String(cString: instructionSets).split(separator: " ").map(String.init)
  }

  /// Checks that the kernels can run on a processor: a missing instruction would kill the process.
  ///
  /// - Throws: `ProcessorMismatch` if an instruction set is missing; a processor whose instruction
  ///   sets are unknown passes.
  public func check(on processor: Processor) throws {
    guard let present = processor.instructionSets else { return }
    let missing = instructionSets.filter { !present.contains($0) }
    if !missing.isEmpty { throw ProcessorMismatch(missing: missing, processor: processor.name) }
  }

  /// A warning if the processor has wider vectors than the kernels use; nil otherwise.
  public func warning(on processor: Processor) -> String? {
    guard processor.vectorBits > vectorBits else { return nil }
    let ratio = Self.relativeTime(vectorBits) / Self.relativeTime(processor.vectorBits)
    return "these kernels are built for \(vectorBits)-bit vectors, this processor has "
      + "\(processor.vectorBits)-bit ones: training takes about \(Self.rounded(ratio)) times as "
      + "long; build for this processor, without TESSERA_CPU: ./pipeline.sh setup"
  }

  /// Time of a training step of resnet20 relative to that with 512 bits, as measured in
  /// docs/kernels.md, "Narrower vectors". Kernels for 128 bits of x86-64 have no fused multiply-add
  /// and call a function for each.
  private static func relativeTime(_ vectorBits: Int) -> Double {
    switch vectorBits {
    case 512: 1
    case 256: 1.5
    default: 85
    }
  }

  private static func rounded(_ ratio: Double) -> String {
    ratio < 10 ? "\((ratio * 10).rounded() / 10)" : "\(Int((ratio / 10).rounded()) * 10)"
  }
}

/// The kernels use instructions that the processor does not have.
public struct ProcessorMismatch: Error, Equatable, CustomStringConvertible {
  public let missing: [String]
  public let processor: String

  public var description: String {
    "the kernels are built for instructions that this processor (\(processor)) lacks: "
      + "\(missing.joined(separator: ", ")); build for this processor, without TESSERA_CPU: "
      + "./pipeline.sh setup"
  }
}
