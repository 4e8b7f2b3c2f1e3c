import Yams

extension RecipeError {
  /// Yams' error about `text`, as one line of this program's messages.
  init(_ error: any Error, text: String, source: SettingsSource) {
    switch error {
    case YamlError.scanner(let context, let problem, let mark, _),
      YamlError.parser(let context, let problem, let mark, _),
      YamlError.composer(let context, let problem, let mark, _):
      if problem == "found undefined alias" {
        self = .alias(source.place(mark.line))
        return
      }
      let problem = context.map { "\($0.text) (line \($0.mark.line)): \(problem)" } ?? problem
      self = .syntax(
        source.place(mark.line), problem: problem, hint: Self.hint(forLine: mark.line, of: text))
    case YamlError.reader(let problem, let offset, _, _):
      let line = 1 + text.prefix(offset ?? 0).count { $0.isNewline }
      self = .syntax(source.place(line), problem: problem, hint: "remove the character")
    case YamlError.duplicatedKeysInMapping(let keys, let context):
      let key = keys.first ?? ""
      let again = Self.line(repeating: key, after: context.mark, in: text)
      self = .duplicateKey(
        source.place(again ?? context.mark.line), key: key,
        other: again.map { _ in source.place(context.mark.line) })
    default:
      self = .syntax(source.place(1), problem: onOneLine("\(error)"), hint: "check the file")
    }
  }

  private static func hint(forLine number: Int, of text: String) -> String {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    let here = lines.indices.contains(number - 1) ? lines[number - 1] : ""
    return here.contains("\t")
      ? "indent with spaces, not tabs"
      : "check indentation, colons, quotes and brackets here and above"
  }

  /// The first line below `first` on which `key` is at the same column; Yams reports only where a
  /// repeated key appears first. Nil if both are on one line.
  private static func line(repeating key: String, after first: Mark, in text: String) -> Int? {
    let lines = text.split(omittingEmptySubsequences: false) { $0.isNewline }
    for number in lines.indices.dropFirst(first.line) {
      let line = lines[number]
      guard line.prefix(first.column - 1).allSatisfy({ $0 == " " }) else { continue }
      let rest = line.dropFirst(first.column - 1)
      for form in [key, "'\(key)'", "\"\(key)\""] where rest.hasPrefix(form) {
        let end = rest.dropFirst(form.count).drop { $0 == " " }
        if end.hasPrefix(":") { return number + 1 }
      }
    }
    return nil
  }
}
