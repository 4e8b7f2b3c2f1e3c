import Recipes
import Yams

/// A node of the graph's YAML with its file, for messages that name the line.
struct GraphNode {
  let node: Node
  let file: String
  private let line: Int

  /// The root of a file.
  init(yaml text: String, file: String) throws(GraphError) {
    do {
      try SettingsDocument.checkBounds(of: text, file: file)
    } catch {
      throw .bounds(error)
    }
    let node: Node?
    do {
      node = try Yams.compose(yaml: text)
    } catch {
      throw Self.syntaxError(error, file: file)
    }
    guard let node else {
      throw .wrongType(place: file, key: "the file", expected: "keys", found: "nothing")
    }
    self.init(node: node, file: file, line: 1)
  }

  private init(node: Node, file: String, line: Int) {
    self.node = node
    self.file = file
    self.line = line
  }

  /// `file:line`.
  var place: String { "\(file):\(line)" }

  var isNull: Bool {
    guard let scalar = node.scalar, scalar.style == .plain else { return false }
    return ["", "~", "null"].contains(scalar.string)
  }

  /// The node in words, for use after "found".
  var summary: String {
    switch node {
    case .scalar(let scalar): isNull ? "nothing" : "'\(scalar.string)'"
    case .sequence: "a list"
    case .mapping: "a mapping"
    case .alias: "an alias"
    }
  }

  /// `file:line` of the value of `key`, or of the key within it; of the node if there is none.
  func place(of keys: String...) -> String {
    var found = self
    for key in keys {
      let entry = (try? found.pairs())?.first { $0.key == key || $0.key == key + "?" }
      guard let entry else { break }
      found = entry.value
    }
    return found.place
  }

  /// The keys and values of a mapping, in file order.
  func pairs() throws(GraphError) -> [(key: String, value: GraphNode)] {
    if isNull { return [] }
    guard let mapping = node.mapping else {
      throw .wrongType(place: place, key: "here", expected: "keys with values", found: summary)
    }
    return mapping.map { key, value in
      let line = key.mark?.line ?? value.mark?.line ?? line
      return (key.scalar?.string ?? "", GraphNode(node: value, file: file, line: line))
    }
  }

  /// The values of a mapping that may hold `allowed` keys only.
  func entries(allowed: [String]) throws(GraphError) -> [String: GraphNode] {
    var entries: [String: GraphNode] = [:]
    for (key, value) in try pairs() {
      guard allowed.contains(key) else {
        throw .unknownKey(
          place: value.place, key: key, suggestion: nearest(to: key, among: allowed))
      }
      entries[key] = value
    }
    return entries
  }

  /// The words of a list, or a single word.
  func words() throws(GraphError) -> [String] {
    if let scalar = node.scalar, !isNull { return [scalar.string] }
    guard let sequence = node.sequence else {
      throw .wrongType(place: place, key: "here", expected: "a word or a list", found: summary)
    }
    var words: [String] = []
    for item in sequence {
      guard let scalar = item.scalar else {
        throw .wrongType(
          place: place, key: "here", expected: "a list of words",
          found: GraphNode(node: item, file: file, line: line).summary)
      }
      words.append(scalar.string)
    }
    return words
  }

  /// The file names and patterns of a list, or a single one.
  func filePatterns() throws(GraphError) -> [FilePattern] {
    let words = try words()
    for word in words
    where word.isEmpty || word.hasPrefix(".")
      || !word.utf8.allSatisfy({ $0.isASCIILetterOrDigit || "._*-".utf8.contains($0) })
    {
      throw .badName(place: place, what: "a file", name: word)
    }
    return words.map(FilePattern.init)
  }

  func requireName(_ name: String, of what: String) throws(GraphError) {
    // Small letters and digits in words, a letter first; hyphens join the words.
    let words = name.utf8.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    let hasWords = words.allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isSmallLetterOrDigit) }
    guard hasWords, let first = name.utf8.first, !first.isASCIIDigit else {
      throw .badName(place: place, what: what, name: name)
    }
  }

  private static func syntaxError(_ error: any Error, file: String) -> GraphError {
    switch error {
    case YamlError.scanner(_, let problem, let mark, _),
      YamlError.parser(_, let problem, let mark, _),
      YamlError.composer(_, let problem, let mark, _):
      .syntax(place: "\(file):\(mark.line)", problem: problem)
    case YamlError.duplicatedKeysInMapping(let keys, let context):
      .syntax(
        place: "\(file):\(context.mark.line)",
        problem: "the key '\(keys.first ?? "")' is given twice")
    default:
      .syntax(
        place: file, problem: "\(error)".split(whereSeparator: \.isNewline).joined(separator: " "))
    }
  }
}
