/// A self-contained page: one file that includes its style and loads nothing from elsewhere.
public struct Page: Sendable {
  /// The title of the window.
  public var title: String
  /// A summary of the page in one sentence.
  public var summary: String
  /// The page to load after some time; nil for none.
  public var refresh: Refresh?
  /// The list of contents; empty if the page is short.
  public var contents: HTML
  public var main: HTML
  public var footer: HTML
  /// The identifiers of the sections whose entries in the list of contents are highlighted while
  /// they are in view.
  public var places: [String]

  public init(
    title: String, summary: String, refresh: Refresh? = nil, contents: HTML = HTML(),
    places: [String] = [], main: HTML, footer: HTML
  ) {
    self.title = title
    self.summary = summary
    self.refresh = refresh
    self.contents = contents
    self.main = main
    self.footer = footer
    self.places = places
  }

  private var bodyAttributes: HTML {
    guard !contents.isEmpty else { return HTML() }
    let names = places.map(PlaceInView.timeline).joined(separator: ", ")
    let scope: HTML = places.isEmpty ? HTML() : " style=\"timeline-scope: \(names)\""
    return " class=\"with-contents\"\(scope)"
  }

  /// The contents of the file. A policy in its head forbids loading anything: pictures are embedded
  /// as data.
  public var document: String {
    let navigation: HTML =
      contents.isEmpty ? "" : "<nav id=\"contents\" aria-label=\"Contents\">\n\(contents)\n</nav>\n"
    let html: HTML = """
      <!DOCTYPE html>
      <html lang="en">
      <head>
      <meta charset="utf-8">
      <meta name="viewport" content="width=device-width, initial-scale=1">
      <meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
      <meta name="color-scheme" content="light dark">
      <meta name="description" content="\(summary)">\(refresh?.html ?? HTML())
      <title>\(title)</title>
      <link rel="icon" href="data:,">
      <style>
      \(HTML(trusted: PageStyle.css))
      </style>
      </head>
      <body\(bodyAttributes)>
      <a class="skip" href="#main">Skip to the text</a>
      \(navigation)<main id="main">
      \(main)
      </main>
      <footer>
      \(footer)
      </footer>
      </body>
      </html>

      """
    return html.markup
  }
}

extension Page {
  /// The browser loads the page again, or another one, after some seconds.
  public struct Refresh: Sendable {
    public let seconds: Int
    /// A page in the same folder; nil for the page itself.
    public let address: String?

    public init(seconds: Int, address: String? = nil) {
      self.seconds = seconds
      self.address = address
    }

    var html: HTML {
      let target = address.map { "; url=\($0)" } ?? ""
      return "\n<meta http-equiv=\"refresh\" content=\"\(seconds)\(target)\">"
    }
  }

  /// An anchor made from `text`: its letters, digits and hyphens in lower case.
  public static func identifier(for text: String) -> String {
    var words: [String] = [""]
    for character in text.lowercased() {
      if character.isASCII, character.isLetter || character.isNumber {
        words[words.count - 1].append(character)
      } else if words.last?.isEmpty == false {
        words.append("")
      }
    }
    let name = words.filter { !$0.isEmpty }.joined(separator: "-")
    return name.isEmpty ? "section" : name
  }
}
