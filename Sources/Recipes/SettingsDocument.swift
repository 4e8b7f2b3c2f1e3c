import Foundation
import Yams

/// A node of a YAML document, reduced to what settings may contain: words, lists and mappings with
/// words as keys. Anchors, aliases and tags have been rejected.
package struct SettingsNode: Sendable {
  package enum Content: Sendable {
    /// A word or text; plain if it has no quotes.
    case scalar(String, isPlain: Bool)
    case list([SettingsNode])
    case mapping([SettingsEntry])
  }

  package let content: Content
  /// The line the node begins on, from 1.
  let line: Int
}

/// A key, its line and its value.
package struct SettingsEntry: Sendable {
  package let key: String
  package let line: Int
  package let value: SettingsNode
}

/// The source of a document, for messages.
package enum SettingsSource: Sendable {
  case file(String)
  case override(String)

  func place(_ line: Int) -> RecipePlace {
    switch self {
    case .file(let path): .line(file: path, number: line)
    case .override(let text): .override(text)
    }
  }

  func origin(_ line: Int) -> RecipeOrigin {
    switch self {
    case .file(let path): .file(path: path, line: line)
    case .override: .override
    }
  }

  var file: String {
    switch self {
    case .file(let path): path
    case .override(let text): "--set \(onOneLine(text))"
    }
  }
}

/// Reads YAML text as `SettingsNode`s.
package enum SettingsDocument {
  /// Far more bytes than any recipe has; bounds the work that a hostile file can cause.
  static let byteLimit = 64 * 1024
  /// Yams expands aliases while it reads and hashes the keys of mappings, so that a few lines of
  /// aliases of aliases, used as a key, would keep it busy for years. With at most eight of them a
  /// document grows by less than a factor of 20, and then `node(from:in:)` rejects the first.
  static let aliasLimit = 8

  /// The text of a file.
  ///
  /// - Throws: `RecipeError` if it is not a regular file, too large or not UTF-8.
  package static func text(of url: URL) throws(RecipeError) -> String {
    let file = url.relativePath
    let data: Data
    do {
      let values = try url.resolvingSymlinksInPath().resourceValues(
        forKeys: [.isRegularFileKey, .fileSizeKey])
      guard values.isRegularFile == true else {
        throw RecipeError.unreadable(file: file, reason: "it is not a regular file")
      }
      if let size = values.fileSize, size > byteLimit {
        throw RecipeError.tooLarge(file: file, bytes: size, limit: byteLimit)
      }
      data = try Data(contentsOf: url)
    } catch let error as RecipeError {
      throw error
    } catch let error as CocoaError where error.code == .fileReadNoSuchFile {
      throw .unreadable(file: file, reason: "there is no such file")
    } catch {
      throw .unreadable(file: file, reason: onOneLine(error.localizedDescription))
    }
    guard let text = String(data: data, encoding: .utf8) else { throw .notUTF8(file: file) }
    return text
  }

  /// The root of the only document in `text`, or nil if there is none.
  ///
  /// - Throws: `RecipeError` if the text is not YAML, or contains anchors, aliases, tags or keys that
  ///   are not words.
  package static func root(
    of text: String, in source: SettingsSource
  ) throws(RecipeError) -> SettingsNode? {
    try checkBounds(of: text, file: source.file)
    do {
      // The basic resolver keeps every word as written: `on` is a key, not a boolean.
      let parser = try Parser(yaml: text, resolver: .basic, encoding: .utf8)
      let root = try parser.singleRoot()
      // Nodes refer to their anchors weakly; the parser owns them.
      return try withExtendedLifetime(parser) { try root.map { try node(from: $0, in: source) } }
    } catch let error as RecipeError {
      throw error
    } catch {
      throw .init(error, text: text, source: source)
    }
  }

  /// Rejects a text that could keep the parser busy for long.
  package static func checkBounds(of text: String, file: String) throws(RecipeError) {
    guard text.utf8.count <= byteLimit else {
      throw .tooLarge(file: file, bytes: text.utf8.count, limit: byteLimit)
    }
    let aliases = aliasLikeWordCount(in: text)
    guard aliases <= aliasLimit else {
      throw .tooManyAliases(file: file, count: aliases, limit: aliasLimit)
    }
  }

  /// The number of `*` that directly precede a character of an alias's name, anywhere in the text.
  private static func aliasLikeWordCount(in text: String) -> Int {
    zip(text.utf8, text.utf8.dropFirst()).count { star, next in
      star == UInt8(ascii: "*")
        && (next == UInt8(ascii: "-") || next == UInt8(ascii: "_")
          || Character(UnicodeScalar(next)).isASCIILetterOrDigit)
    }
  }

  private static func node(
    from node: Node, in source: SettingsSource
  ) throws(RecipeError) -> SettingsNode {
    let line = node.mark?.line ?? 1
    guard node.anchor == nil else { throw .alias(source.place(line)) }
    switch node {
    case .alias: throw .alias(source.place(line))
    case .scalar(let scalar):
      let isPlain = scalar.style == .plain
      // Yams tags quoted scalars as text.
      guard scalar.tag.rawValue.isEmpty || !isPlain && isTextTag(scalar.tag) else {
        throw .tag(source.place(line), tag: scalar.tag.rawValue)
      }
      return SettingsNode(content: .scalar(scalar.string, isPlain: isPlain), line: line)
    case .sequence(let sequence):
      guard sequence.tag.rawValue.isEmpty else {
        throw .tag(source.place(line), tag: sequence.tag.rawValue)
      }
      var items: [SettingsNode] = []
      for item in sequence { items.append(try self.node(from: item, in: source)) }
      return SettingsNode(content: .list(items), line: line)
    case .mapping(let mapping):
      guard mapping.tag.rawValue.isEmpty else {
        throw .tag(source.place(line), tag: mapping.tag.rawValue)
      }
      var entries: [SettingsEntry] = []
      for (key, value) in mapping {
        let keyLine = key.mark?.line ?? line
        let name = try word(ofKey: key, at: source.place(keyLine))
        let value = try self.node(from: value, in: source)
        entries.append(SettingsEntry(key: name, line: keyLine, value: value))
      }
      return SettingsNode(content: .mapping(entries), line: line)
    }
  }

  private static func word(ofKey node: Node, at place: RecipePlace) throws(RecipeError) -> String {
    guard node.anchor == nil else { throw .alias(place) }
    guard case .scalar(let scalar) = node else { throw .keyNotText(place) }
    // Yams has hashed the key, which tags a plain word as text.
    guard scalar.tag.rawValue.isEmpty || isTextTag(scalar.tag) else {
      throw .tag(place, tag: scalar.tag.rawValue)
    }
    return scalar.string
  }

  private static func isTextTag(_ tag: Tag) -> Bool { tag.rawValue == Tag.Name.str.rawValue }
}

extension Character {
  fileprivate var isASCIILetterOrDigit: Bool { isASCII && (isLetter || isNumber) }
}

extension SettingsNode {
  /// The node as one line of YAML, for `--set`.
  package var override: String {
    switch content {
    case .scalar(let text, isPlain: true): text.isEmpty ? "null" : text
    case .scalar(let text, isPlain: false): quoted(text)
    case .list(let items): "[" + items.map(\.override).joined(separator: ", ") + "]"
    case .mapping(let entries):
      "{" + entries.map { "\($0.key): \($0.value.override)" }.joined(separator: ", ") + "}"
    }
  }
}
