/// Finds the orientation in a packet of XMP: the property `tiff:Orientation`, as an attribute or as an
/// element.
///
///     <rdf:Description xmlns:tiff="http://ns.adobe.com/tiff/1.0/" tiff:Orientation="6"/>
///     <tiff:Orientation>6</tiff:Orientation>
///
/// Only this is looked for, and nothing else of the XML is read.
///
/// Source: XMP Specification, part 1, 7.5, and part 2, 3.3.
enum XMPOrientation {
  private static let namespace = "http://ns.adobe.com/tiff/1.0/"

  /// The orientation; nil where there is none that can be read.
  static func orientation(in packet: [UInt8]) -> PictureOrientation? {
    guard let text = String(validating: packet, as: UTF8.self) else { return nil }
    for match in text.matches(
      of: /(?<prefix>[\w.\-]+):Orientation\s*(=\s*["']|>)\s*(?<number>[1-8])\s*["'<]/)
    where isTIFF(prefix: match.prefix, in: text) {
      return Int(match.number).flatMap(PictureOrientation.init)
    }
    return nil
  }

  /// Whether names with a prefix are those of TIFF's properties.
  private static func isTIFF(prefix: Substring, in text: String) -> Bool {
    let declarations = ["\"", "'"].map { "xmlns:\(prefix)=\($0)\(namespace)\($0)" }
    return declarations.contains(where: text.contains)
  }
}
