import Foundation

/// A picture inside a page.
public struct Picture: Sendable {
  /// The kinds that every browser draws.
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
  /// What it shows, in words.
  public let description: String
  /// How many pixels of the screen one of its pixels is to have; nil to fit the page.
  public let width: Int?
  /// The same in a layout for narrow screens; nil if there is none.
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

  /// The picture as an image element. An SVG is an image of its own too, and not a part of the page:
  /// names in it may then repeat from figure to figure.
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
  /// Its anchor; nil if nothing links here.
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
