import Foundation

/// A processor, as Linux lists it.
public struct Processor: Sendable {
  /// Its name; "unknown" where none is listed, as on arm64.
  public let name: String
  /// Its instruction sets by their names in /proc/cpuinfo, or nil where nothing lists them.
  public let instructionSets: Set<String>?

  /// The one that this runs on.
  public static let current = Processor(
    listing: (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? "")

  /// - Parameter listing: What /proc/cpuinfo holds. The first processor speaks for all.
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

  /// Bits of its widest vectors that multiply and add in one instruction; 128 where it has none, and
  /// where nothing is known.
  public var vectorBits: Int {
    guard let instructionSets else { return 128 }
    if instructionSets.contains("avx512f") { return 512 }
    return instructionSets.isSuperset(of: ["avx2", "fma"]) ? 256 : 128
  }
}
