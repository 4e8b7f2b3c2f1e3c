/// How a checkpoint was selected: the metadata `selection` of checkpoints, and a field of
/// `metrics.json`.
public enum SelectionKind: String, Sendable, Codable, CaseIterable {
  /// It was the best of the listed checkpoints.
  case listed
  /// Training ended before all listed epochs, so it is the last checkpoint.
  case fallback

  /// The key in a checkpoint's metadata.
  public static let key = "selection"
}
