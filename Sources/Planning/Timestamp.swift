import Foundation
import TensorFiles

/// Points in time as texts.
public enum Timestamp {
  /// Now, as ISO 8601 in UTC: what files hold.
  public static var now: String { Date().formatted(.iso8601) }

  /// An ISO 8601 time as `2026-11-21 03:50:12` in the user's time zone: what people read. A text that
  /// is no such time is returned as it is.
  public static func local(_ text: String) -> String {
    NumberText.localTime(ofISO8601: text)
  }
}
