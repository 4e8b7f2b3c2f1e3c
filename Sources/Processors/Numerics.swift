/// Everything besides code and data that determines the last bits of a result: results are
/// bit-identical if all of it is equal.
public struct Numerics: Codable, Sendable {
  public let compiler: String
  /// The processor's name.
  public let processor: String
  /// Bits of the widest vectors that the kernels were built for.
  public let vectorBits: Int
  public let blasCore: String
  public let blasConfiguration: String
  /// Reasons why this machine is slower than it could be.
  public let warnings: [String]

  public init(
    kernels: KernelTarget, processor: Processor, blasCore: String, blasConfiguration: String
  ) {
    compiler = Self.compilerVersion
    self.processor = processor.name
    vectorBits = kernels.vectorBits
    self.blasCore = blasCore
    self.blasConfiguration = blasConfiguration
    warnings = [kernels.warning(on: processor)].compactMap(\.self)
  }

  /// Whether results on the other machine are bit-identical.
  public func agrees(with other: Numerics) -> Bool {
    compiler == other.compiler && processor == other.processor && vectorBits == other.vectorBits
      && blasCore == other.blasCore && blasConfiguration == other.blasConfiguration
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
