/// A part of a page whose entry in the list of contents is marked while the reader is there.
///
/// Style alone does it, where a browser knows view timelines; elsewhere nothing is marked.
public enum PlaceInView {
  /// Attributes of the part, which fills the window from its heading to the next one's.
  ///
  /// - Parameter identifier: Of the part, made by `Page.identifier(for:)`.
  public static func attributes(of identifier: String) -> HTML {
    " style=\"view-timeline: \(timeline(identifier)); view-timeline-inset: 25% 74%\""
  }

  /// Attributes of the link that leads there.
  public static func linkAttributes(to identifier: String) -> HTML {
    " class=\"spied\" style=\"animation-timeline: \(timeline(identifier))\""
  }

  static func timeline(_ identifier: String) -> String { "--at-\(identifier)" }
}
