import TensorFiles

/// An address that data may be downloaded from: `https`, or `http` from this machine itself.
///
/// Plain `http` can be altered in transit, except on the loopback
/// interface. The text is kept as written, and must have a form that no two programs read
/// differently: the host checked here is the host that is contacted.
public struct WebAddress: Sendable, Equatable {
  public let text: String
  /// True for `http`.
  let isLoopback: Bool

  public init(_ text: String) throws(WebAddressError) {
    let allowed = "-._~:/?#[]%!$&'()*+,;=".unicodeScalars
    let isPlain = text.unicodeScalars.allSatisfy { scalar in
      scalar.isASCII
        && (scalar.properties.isAlphabetic || scalar.properties.numericType != nil
          || allowed.contains(scalar))
    }
    guard isPlain, text.utf8.count <= 2_000, let separator = text.firstRange(of: "://") else {
      throw .malformed(text)
    }
    let authority = text[separator.upperBound...].prefix { !"/?#".contains($0) }
    guard let host = Self.host(of: authority) else { throw .malformed(text) }
    switch text[..<separator.lowerBound].lowercased() {
    case "https": isLoopback = false
    case "http":
      guard Self.isLoopback(host) else { throw .insecure(text) }
      isLoopback = true
    default: throw .malformed(text)
    }
    self.text = text
  }

  /// The last part of the path, reduced to characters that any file name may have.
  var fileName: String {
    let path = text.prefix { !"?#".contains($0) }
    let last = path.split(separator: "/", omittingEmptySubsequences: false).last ?? ""
    let kept = last.filter { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    let name = String(kept.drop { $0 == "." }.suffix(80))
    return name.isEmpty ? "archive" : name
  }

  /// The host of `host` or `host:port`; nil for anything else, a user's name for example.
  private static func host(of authority: Substring) -> Substring? {
    var host = authority
    var port: Substring?
    if authority.hasPrefix("[") {
      guard let end = authority.firstIndex(of: "]") else { return nil }
      host = authority[...end]
      guard host.dropFirst().dropLast().allSatisfy({ $0.isHexDigit || $0 == ":" }) else {
        return nil
      }
      let rest = authority[authority.index(after: end)...]
      guard rest.isEmpty || rest.hasPrefix(":") else { return nil }
      port = rest.isEmpty ? nil : rest.dropFirst()
    } else {
      if let colon = authority.firstIndex(of: ":") {
        host = authority[..<colon]
        port = authority[authority.index(after: colon)...]
      }
      guard host.allSatisfy({ $0.isLetter || $0.isNumber || $0 == "-" || $0 == "." }) else {
        return nil
      }
    }
    guard !host.isEmpty, port.map({ UInt16($0) != nil }) ?? true else { return nil }
    return host
  }

  /// True for `localhost`, `[::1]` and 127.x.y.z written in full.
  private static func isLoopback(_ host: Substring) -> Bool {
    if host.lowercased() == "localhost" || host == "[::1]" { return true }
    let parts = host.split(separator: ".", omittingEmptySubsequences: false)
    return parts.count == 4 && parts[0] == "127"
      && parts.allSatisfy { part in UInt8(part).map { String($0) == part } ?? false }
  }
}

/// Errors in an address.
public enum WebAddressError: PrintableError, Equatable {
  /// Not an address of the form `https://host[:port]/path`.
  case malformed(String)
  /// `http` to another machine.
  case insecure(String)

  public var message: String {
    switch self {
    case .malformed(let text):
      "dataset.url is '\(PrintableText.escaped(text, limit: 200))', expected https://HOST/PATH"
    case .insecure(let text):
      "dataset.url is '\(text)', expected https: plain http is for this machine alone (localhost,"
        + " 127.0.0.1, [::1])"
    }
  }
}
