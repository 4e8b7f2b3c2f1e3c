/// How a checkpoint came to be the selected one: the metadata `selection` of checkpoints, and a field of
/// `metrics.json`.
public enum SelectionKind: String, Sendable, Codable, CaseIterable {
  /// It was the best among those that were listed.
  case listed
  /// The training ended before every listed epoch, so it is the last checkpoint.
  case fallback

  /// The key of a checkpoint's metadata.
  public static let key = "selection"
}
