import Foundation
import TensorFiles

/// The columns of a table selected by `--columns`.
struct ColumnChoice {
  private let names: [String]

  /// - Parameter names: Names, or patterns in which `*` matches any characters. One text may
  ///   contain several, separated by commas.
  init(_ names: [String]) { self.names = names }

  /// The selected columns in the order of `names`, each once; all columns if there are no names.
  ///
  /// - Throws: `InspectionError.noSuchColumn`.
  func indices(among header: [String], of file: URL) throws(InspectionError) -> [Int] {
    guard !names.isEmpty else { return Array(header.indices) }
    var chosen: [Int] = []
    for name in names {
      // The name of a class may contain a comma.
      let parts = header.contains(name) ? [name] : name.split(separator: ",").map(String.init)
      for part in parts {
        let found = header.indices.filter {
          header[$0] == part || part.contains("*") && fnmatch(part, header[$0], FNM_NOESCAPE) == 0
        }
        guard !found.isEmpty else {
          throw .noSuchColumn(file: file.path, name: part, known: header)
        }
        chosen += found.filter { !chosen.contains($0) }
      }
    }
    return chosen
  }

  /// The largest number of column names in a remark.
  private static let mostNames = 40

  /// The note below a table that is too wide: the names of the hidden columns.
  static func remark(on hidden: [String], width: Int?) -> [String] {
    guard !hidden.isEmpty else { return [] }
    let more = hidden.count - mostNames
    var words = hidden.prefix(mostNames).map { $0 + "," } + (more > 0 ? ["and \(more) more,"] : [])
    words = ["not", "shown:"] + words
    words[words.count - 1] = words[words.count - 1].dropLast() + ";"
    words += ["--columns", "NAMES", "shows", "them"]
    var lines: [String] = []
    for word in words {
      let room = (width ?? .max) - 2
      if let last = lines.last,
        PrintableText.width(of: last) + 1 + PrintableText.width(of: word) <= room
      {
        lines[lines.count - 1] += " " + word
      } else {
        lines.append(PrintableText.cut(word, toWidth: max(min(room, 200), 1)))
      }
    }
    return lines.map { "  " + $0 }
  }
}
