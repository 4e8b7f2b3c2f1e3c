import Foundation
import TensorFiles

/// Points in time as texts.
public enum Timestamp {
  /// The current time in ISO 8601, UTC, for files.
  public static var now: String { Date().formatted(.iso8601) }

  /// An ISO 8601 time as `2026-11-21 03:50:12` in the user's time zone, for people. A text that
  /// is not such a time is returned unchanged.
  public static func local(_ text: String) -> String {
    NumberText.localTime(ofISO8601: text)
  }
}
