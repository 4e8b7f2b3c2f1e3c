import Foundation

/// A picture inside a page.
public struct Picture: Sendable {
  /// The formats that all browsers support.
  public enum Kind: String, Sendable, CaseIterable {
    case svg, png, jpg

    var mediaType: String {
      switch self {
      case .svg: "image/svg+xml"
      case .png: "image/png"
      case .jpg: "image/jpeg"
      }
    }
  }

  public let kind: Kind
  public let data: Data
  /// A description of the picture in words.
  public let description: String
  /// The width in pixels of the screen; nil to fit the page.
  public let width: Int?
  /// The picture in a layout for narrow screens; nil if there is none.
  public let narrow: Data?

  public init(
    _ kind: Kind, data: Data, description: String, width: Int? = nil, narrow: Data? = nil
  ) {
    self.kind = kind
    self.data = data
    self.description = description
    self.width = width
    self.narrow = narrow
  }

  /// The picture as an image element. An SVG is not inlined either, so that identifiers in
  /// different figures do not conflict.
  public var html: HTML {
    let size = width.map { HTML(trusted: " width=\"\($0)\"") } ?? HTML()
    let image: HTML = "<img src=\"\(source(data))\"\(size) alt=\"\(description)\">"
    guard let narrow else { return image }
    return """
      <picture><source media="(max-width: 40rem)" srcset="\(source(narrow))">\(image)</picture>
      """
  }

  private func source(_ data: Data) -> HTML {
    HTML(trusted: "data:\(kind.mediaType);base64,\(data.base64EncodedString())")
  }
}

/// A picture with its caption.
public struct CaptionedFigure: Sendable {
  public let picture: HTML
  public let caption: HTML
  /// The anchor of the figure; nil if there are no links to it.
  public let identifier: String?

  public init(picture: HTML, caption: HTML, identifier: String? = nil) {
    self.picture = picture
    self.caption = caption
    self.identifier = identifier
  }

  public var html: HTML {
    let name = identifier.map { name -> HTML in " id=\"\(name)\"" } ?? HTML()
    return "<figure\(name)>\n\(picture)\n<figcaption>\(caption)</figcaption>\n</figure>"
  }
}
