/// The recipe's section `preprocess`.
public struct PreprocessSettings: Sendable, Decodable {
  public enum Normalize: String, Sendable, Decodable {
    case half, constants, statistics
    case perImage = "per-image"
  }

  public let normalize: Normalize
  public let mean: [Double]?
  public let std: [Double]?

  public init(normalize: Normalize, mean: [Double]? = nil, std: [Double]? = nil) {
    self.normalize = normalize
    self.mean = mean
    self.std = std
  }

  /// The recipe's normalisation, with its constants.
  ///
  /// - Parameter statistics: Those of the training images, used if the settings say so.
  public func normalization(_ statistics: ChannelStatistics) throws(DatasetSettingsError)
    -> Normalization
  {
    switch normalize {
    case .perImage: return .perImage
    case .half: return try Self.constants(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])
    case .statistics: return try Self.constants(mean: statistics.mean, std: statistics.std)
    case .constants: return try givenConstants()
    }
  }

  /// The normalisation that the recipe gives in full.
  func givenConstants() throws(DatasetSettingsError) -> Normalization {
    guard let mean else { throw .missingConstants(key: "mean") }
    guard let std else { throw .missingConstants(key: "std") }
    return try Self.constants(mean: mean, std: std)
  }

  private static func constants(mean: [Double], std: [Double]) throws(DatasetSettingsError)
    -> Normalization
  {
    let (means, deviations) = (mean.map(Float.init), std.map(Float.init))
    guard Normalization.areMeans(means) else {
      throw .constants(key: "mean", found: mean, expected: Normalization.meanRange)
    }
    guard !std.contains(0) else { throw .deviation(found: std) }
    guard Normalization.areDeviations(deviations) else {
      throw .constants(key: "std", found: std, expected: Normalization.deviationRange)
    }
    return .constants(mean: means, std: deviations)
  }
}
