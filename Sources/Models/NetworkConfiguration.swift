/// The sizes by which networks of one name differ: the section `train.architecture` of a recipe, and the
/// entry `configuration` of a checkpoint.
///
/// What is nil has the network's published value. A network has values for its own keys alone.
public struct NetworkConfiguration: Codable, Sendable, Equatable {
  /// Channels of a ResNet's first stage.
  public var width: Int?
  /// n, blocks in each of a PyramidNet's three stages.
  public var blocks: Int?
  /// Channels by which a PyramidNet widens from its stem to its last block.
  public var alpha: Int?
  /// Channels of each block of an adaptive network.
  public var widths: [Int]?
  /// K, kernels that a block of an adaptive network mixes.
  public var kernels: Int?
  /// The chance with which AlexNet drops a number in front of its hidden linear layers.
  public var dropout: Double?

  public init(
    width: Int? = nil, blocks: Int? = nil, alpha: Int? = nil, widths: [Int]? = nil,
    kernels: Int? = nil, dropout: Double? = nil
  ) {
    self.width = width
    self.blocks = blocks
    self.alpha = alpha
    self.widths = widths
    self.kernels = kernels
    self.dropout = dropout
  }
}

extension NetworkConfiguration {
  enum Key: String, CaseIterable {
    case width, blocks, alpha, widths, kernels, dropout
  }

  /// The keys that have a value.
  var keys: [Key] {
    Key.allCases.filter { key in
      switch key {
      case .width: width != nil
      case .blocks: blocks != nil
      case .alpha: alpha != nil
      case .widths: widths != nil
      case .kernels: kernels != nil
      case .dropout: dropout != nil
      }
    }
  }

  /// These values, and those of `published` where there is none.
  func completed(by published: Self) -> Self {
    Self(
      width: width ?? published.width, blocks: blocks ?? published.blocks,
      alpha: alpha ?? published.alpha, widths: widths ?? published.widths,
      kernels: kernels ?? published.kernels, dropout: dropout ?? published.dropout)
  }

  /// Checks that each value is one a network can be built with.
  public func checkRanges() throws(NetworkCatalogError) {
    func check(_ key: Key, _ value: Int, _ range: ClosedRange<Int>) throws(NetworkCatalogError) {
      guard range.contains(value) else {
        throw .outOfRange(
          key: key.rawValue, found: "\(value)",
          expected: "\(range.lowerBound) to \(range.upperBound)")
      }
    }
    if let width { try check(.width, width, 1...1024) }
    if let blocks { try check(.blocks, blocks, 1...200) }
    if let alpha { try check(.alpha, alpha, 0...1024) }
    if let kernels { try check(.kernels, kernels, 1...16) }
    if let widths {
      guard (1...64).contains(widths.count) else {
        throw .outOfRange(
          key: Key.widths.rawValue, found: "a list of \(widths.count)", expected: "1 to 64 widths")
      }
      for width in widths { try check(.widths, width, 1...1024) }
    }
    if let dropout {
      guard dropout >= 0 && dropout < 1 else {
        throw .outOfRange(
          key: Key.dropout.rawValue, found: "\(dropout)", expected: "0 to less than 1")
      }
    }
  }
}
