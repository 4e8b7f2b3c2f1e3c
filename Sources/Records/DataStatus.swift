/// Whether the pixels are those on which published results were measured: the metadata
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

  /// A warning for readers of results on such data, as a sentence; nil if there is none.
  public var warning: String? {
    reservation.map {
      "\($0): not an official CIFAR archive, so figures may differ from published ones"
    }
  }

  /// The same in two words, for a title or a line; nil if there is nothing to know.
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
