import Foundation
import Pages

/// A Jupyter notebook in nbformat 4.5: cells of Markdown and code, with the outputs of
/// the code.
///
/// Source: the schema `nbformat.v4.5.schema.json` of the Jupyter project.
struct NotebookFile: Encodable {
  /// A cell, or one of its outputs.
  struct Cell: Encodable {
    enum Kind: String, Encodable { case markdown, code }

    let kind: Kind
    /// Letters, digits, hyphens; at most 64. Unique within a notebook.
    let identifier: String
    let source: String
    /// For code: its place among the cells that ran; nil if it did not run.
    var executionCount: Int?
    var outputs: [Output] = []

    private enum Key: String, CodingKey {
      case kind = "cell_type"
      case identifier = "id"
      case executionCount = "execution_count"
      case metadata, source, outputs
    }

    func encode(to encoder: any Encoder) throws {
      var cell = encoder.container(keyedBy: Key.self)
      try cell.encode(kind, forKey: .kind)
      try cell.encode(identifier, forKey: .identifier)
      try cell.encode([String: String](), forKey: .metadata)
      try cell.encode(NotebookFile.lines(of: source), forKey: .source)
      guard kind == .code else { return }
      // The key is required; null means that the cell has not run.
      try cell.encode(executionCount, forKey: .executionCount)
      try cell.encode(outputs, forKey: .outputs)
    }
  }

  enum Output: Encodable {
    /// Lines of text; warnings and errors are kept apart.
    case text(String, isWarning: Bool)
    /// One output in several media types; a viewer shows the best it supports.
    /// The description is the picture's alternative text.
    case display([String: String], description: String? = nil)

    private enum Key: String, CodingKey {
      case kind = "output_type"
      case name, text, data, metadata
    }

    func encode(to encoder: any Encoder) throws {
      var output = encoder.container(keyedBy: Key.self)
      switch self {
      case .text(let text, let isWarning):
        try output.encode("stream", forKey: .kind)
        try output.encode(isWarning ? "stderr" : "stdout", forKey: .name)
        try output.encode(NotebookFile.lines(of: text), forKey: .text)
      case .display(let forms, let description):
        try output.encode("display_data", forKey: .kind)
        let pictures = description == nil ? [] : forms.keys.filter { $0.hasPrefix("image/") }
        try output.encode(
          Dictionary(uniqueKeysWithValues: pictures.map { ($0, ["alt": description ?? ""]) }),
          forKey: .metadata)
        try output.encode(forms.mapValues(NotebookFile.lines), forKey: .data)
      }
    }
  }

  var cells: [Cell]

  private enum Key: String, CodingKey {
    case cells, metadata
    case version = "nbformat"
    case minorVersion = "nbformat_minor"
  }

  private struct Metadata: Encodable {
    private enum CodingKeys: String, CodingKey {
      case kernelspec
      case languageInfo = "language_info"
    }

    let kernelspec = ["display_name": "Swift", "language": "swift", "name": "swift"]
    let languageInfo = [
      "name": "swift", "file_extension": ".swift", "mimetype": "text/x-swift",
      "codemirror_mode": "swift", "pygments_lexer": "swift",
    ]
  }

  func encode(to encoder: any Encoder) throws {
    var notebook = encoder.container(keyedBy: Key.self)
    try notebook.encode(cells, forKey: .cells)
    try notebook.encode(Metadata(), forKey: .metadata)
    try notebook.encode(4, forKey: .version)
    try notebook.encode(5, forKey: .minorVersion)
  }

  /// The file's bytes, equal for equal notebooks.
  func data() throws -> Data {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  /// A text in the format's form: its lines, all but the last with their line breaks.
  private static func lines(of text: String) -> [String] {
    var lines: [String] = []
    for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
      if !lines.isEmpty { lines[lines.count - 1] += "\n" }
      lines.append(String(line))
    }
    if lines.last?.isEmpty == true { lines.removeLast() }
    return lines
  }
}
