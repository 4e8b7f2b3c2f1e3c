/// Highlights the entry of a section in the list of contents while the section is in view.
///
/// This uses only CSS view timelines; browsers without them highlight nothing.
public enum PlaceInView {
  /// Attributes of the section, from its heading to the next.
  ///
  /// - Parameter identifier: The identifier of the section, from `Page.identifier(for:)`.
  public static func attributes(of identifier: String) -> HTML {
    " style=\"view-timeline: \(timeline(identifier)); view-timeline-inset: 25% 74%\""
  }

  /// Attributes of the link to the section.
  public static func linkAttributes(to identifier: String) -> HTML {
    " class=\"spied\" style=\"animation-timeline: \(timeline(identifier))\""
  }

  static func timeline(_ identifier: String) -> String { "--at-\(identifier)" }
}
