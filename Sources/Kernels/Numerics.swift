import CVectors
import Foundation

/// What decides the last bits of a result, apart from code and data: results repeat bit for bit where
/// all of this is equal.
public struct Numerics: Codable, Sendable {
  public let compiler: String
  /// The processor's name.
  public let processor: String
  /// Bits of the widest vectors that the kernels were built for.
  public let vectorBits: Int
  public let blasCore: String
  public let blasConfiguration: String
  /// What makes this machine slower than it could be.
  public let warnings: [String]

  public static let current: Numerics = {
    let information = ProcessorInformation.read()
    return Numerics(
      compiler: compilerVersion, processor: information.name, vectorBits: builtVectorBits,
      blasCore: BLAS.coreName, blasConfiguration: BLAS.configuration,
      warnings: warnings(information))
  }()

  /// Whether results on the other machine have the same bits.
  public func agrees(with other: Numerics) -> Bool {
    compiler == other.compiler && processor == other.processor && vectorBits == other.vectorBits
      && blasCore == other.blasCore && blasConfiguration == other.blasConfiguration
  }

  private static func warnings(_ processor: ProcessorInformation) -> [String] {
    var warnings: [String] = []
    if processor.vectorBits > builtVectorBits {
      warnings.append(
        "kernels are built for \(builtVectorBits)-bit vectors, this processor has "
          + "\(processor.vectorBits)-bit ones; build on this machine, ./pipeline.sh setup")
    }
    let slowCores = ["Prescott", "Core2", "Nehalem", "Sandybridge", "Haswell", "Zen", "generic"]
    if processor.vectorBits >= 512 && slowCores.contains(BLAS.coreName) {
      let variable = ProcessInfo.processInfo.environment["OPENBLAS_CORETYPE"]
      warnings.append(
        "OpenBLAS runs its \(BLAS.coreName) kernels, below this processor's 512-bit vectors"
          + (variable.map { "; unset OPENBLAS_CORETYPE (now \($0)) for about twice its speed" }
            ?? ""))
    }
    return warnings
  }

  private static var builtVectorBits: Int {
    #if arch(x86_64)
      Int(kernelVectorBits())
    #else
      128
    #endif
  }

  private static var compilerVersion: String {
    #if compiler(>=6.4)
      "Swift 6.4 or later"
    #elseif compiler(>=6.3.2)
      "Swift 6.3.2 or later"
    #elseif compiler(>=6.3.1)
      "Swift 6.3.1"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #elseif compiler(>=6.2)
      "Swift 6.2"
    #else
      "Swift below 6.2"
    #endif
  }
}

/// The processor as the kernel lists it.
struct ProcessorInformation {
  var name = "unknown"
  var vectorBits = 128

  static func read() -> ProcessorInformation {
    var information = ProcessorInformation()
    guard let text = try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8) else {
      return information
    }
    for line in text.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      guard parts.count == 2 else { continue }
      if parts[0] == "model name" { information.name = parts[1] }
      if parts[0] == "flags" {
        let flags = Set(parts[1].split(separator: " "))
        information.vectorBits =
          flags.contains("avx512f") ? 512 : flags.contains("avx2") ? 256 : 128
        break
      }
    }
    return information
  }
}
