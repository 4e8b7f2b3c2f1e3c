import Foundation

/// A processor, as listed by Linux.
public struct Processor: Sendable {
  /// Its name; "unknown" if none is listed, as on arm64.
  public let name: String
  /// Its instruction sets by their names in /proc/cpuinfo; nil if none are listed.
  public let instructionSets: Set<String>?

  /// The processor of this machine.
  public static let current = Processor(
    listing: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "")

  /// - Parameter listing: The contents of /proc/cpuinfo. Only the first processor is read.
  public init(listing: String) {
    var fields: [String: String] = [:]
    for line in listing.split(separator: "\n") {
      let parts = line.split(separator: ":", maxSplits: 1).map {
        $0.trimmingCharacters(in: .whitespaces)
      }
      if parts.count == 2 && fields[parts[0]] == nil { fields[parts[0]] = parts[1] }
    }
    name = fields["model name"] ?? "unknown"
    instructionSets = (fields["flags"] ?? fields["Features"]).map {
      Set($0.split(separator: " ").map(String.init))
    }
  }

  /// Bits of its widest vectors with fused multiply-add; 128 if it has none or if nothing is known.
  public var vectorBits: Int {
    guard let instructionSets else { return 128 }
    if instructionSets.contains("avx512f") { return 512 }
    return instructionSets.isSuperset(of: ["avx2", "fma"]) ? 256 : 128
  }
}
