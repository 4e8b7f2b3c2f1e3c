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

  public init(_ kind: Kind, data: Data, description: String, width: Int? = nil) {
    self.kind = kind
    self.data = data
    self.description = description
    self.width = width
  }

  /// The picture as an image element. An SVG is an image of its own too, and not a part of the page:
  /// names in it may then repeat from figure to figure.
  public var html: HTML {
    let size = width.map { HTML(trusted: " width=\"\($0)\"") } ?? HTML()
    let source = "data:\(kind.mediaType);base64,\(data.base64EncodedString())"
    return "<img src=\"\(HTML(trusted: source))\"\(size) alt=\"\(description)\">"
  }
}

/// A picture with what stands under it.
public struct CaptionedFigure: Sendable {
  public let picture: HTML
  public let caption: HTML

  public init(picture: HTML, caption: HTML) {
    self.picture = picture
    self.caption = caption
  }

  public var html: HTML {
    "<figure>\n\(picture)\n<figcaption>\(caption)</figcaption>\n</figure>"
  }
}
