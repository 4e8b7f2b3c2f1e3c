/// How far the pixels can be trusted to be those that published figures were measured on: the metadata
/// `data_status` of tensor files, and a field of `metrics.json`, `progress.json` and manifests.
public enum DataStatus: String, Sendable, Codable, CaseIterable {
  /// The archive's digest is that of the official one.
  case official
  /// CIFAR's layout, but not an official archive: figures may differ from published ones.
  case unverified
  /// Pictures or arrays of the user's own, for which there is nothing official.
  case own
  /// Drawn by this program.
  case generated

  /// What a reader of a figure measured on such data has to know, as a sentence; nil where it is nothing.
  public var warning: String? {
    reservation.map {
      "\($0): not an official CIFAR archive, so figures may differ from published ones"
    }
  }

  /// The same in two words, for a title or a line; nil where there is nothing to know.
  public var reservation: String? {
    switch self {
    case .unverified: "unverified data"
    case .official, .own, .generated: nil
    }
  }

  /// The least trustworthy of several; nil of none.
  public static func leastTrustworthy(of statuses: [DataStatus]) -> DataStatus? {
    [.unverified, .own, .generated, .official].first(where: statuses.contains)
  }
}
