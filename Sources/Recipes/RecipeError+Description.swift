import TensorFiles

extension RecipeError: PrintableError {
  public var message: String {
    switch self {
    case .unreadable(let file, let reason):
      "\(file): can't be read: \(reason); name a recipe file that exists"
    case .tooLarge(let file, let bytes, let limit):
      "\(file): \(NumberText.count(bytes, "byte")), expected at most \(limit); a recipe holds settings, not data"
    case .notUTF8(let file):
      "\(file): expected UTF-8 text, found other bytes; save the file as UTF-8"
    case .empty(let file):
      "\(file): expected keys and values, found an empty file; begin it with 'about: …'"
    case .syntax(let place, let problem, let hint):
      "\(place): not YAML: \(problem); \(hint)"
    case .alias(let place):
      "\(place): expected plain values, found an anchor or alias (&name, *name); write the value "
        + "out, or put text that begins with & or * in quotes"
    case .tooManyAliases(let file, let count, let limit):
      "\(file): \(count) words begin with '*', as YAML's aliases do, expected at most \(limit); write "
        + "values out, and leave a space after '*' elsewhere"
    case .tag(let place, let tag):
      "\(place): expected a plain value, found one with the tag \(onOneLine(tag)); remove the tag"
    case .keyNotText(let place):
      "\(place): expected a word as key, found a list or a mapping; check brackets and '?'"
    case .duplicateKey(let place, let key, let other):
      "\(place): the key '\(onOneLine(key))' is given twice\(other.map { ", also at \($0)" } ?? "")"
        + "; keep one of the two"
    case .notAMapping(let place, let key, let found):
      "\(place): \(key.isEmpty ? "the recipe" : onOneLine(key)): expected keys with values, found "
        + "\(found); write one 'key: value' a line"
    case .unknownBase(let place, let name, let suggestion):
      "\(place): base: no recipe '\(onOneLine(name))' in this file's folder"
        + (name.hasSuffix(".yaml") || name.contains("/") ? "; " : " or in stages/recipes; ")
        + (suggestion.map { "did you mean '\($0)'?" } ?? "name one that is there, or a path")
    case .baseCycle(let place, let files):
      "\(place): base: recipes build on each other in a circle, \(files.joined(separator: " on ")); "
        + "give one of them its own values"
    case .unknownKey(let place, let key, let suggestions, let schema):
      "\(place): unknown key '\(onOneLine(key))'; "
        + (suggestions.isEmpty
          ? "all keys are listed in \(schema)"
          : "did you mean \(joined(suggestions.map { "'\($0)'" }, by: "or"))?")
    case .wrongType(let place, let key, let expected, let found, let hint):
      "\(place): \(key): expected \(expected), found \(found)\(hint.isEmpty ? "" : "; \(hint)")"
    case .outOfRange(let place, let key, let expected, let found):
      "\(place): \(key): expected \(expected), found \(found); choose a value in this range"
    case .integerOverflow(let place, let key, let found):
      "\(place): \(key): expected an integer of at most 64 bits, found \(onOneLine(found)); choose "
        + "one from \(Int.min) to \(Int.max)"
    case .notFinite(let place, let key, let found):
      "\(place): \(key): expected a finite number, found \(onOneLine(found)); choose one between "
        + "-1.7e308 and 1.7e308"
    case .notFloat32(let place, let key, let expected, let found, let becomes):
      "\(place): \(key): expected \(expected), found \(onOneLine(found)), which becomes \(becomes) in "
        + "float32; choose one of 1.2e-38 to 3.4e38, or 0 where that is allowed"
    case .aboveOther(let place, let key, let found, let other, let limit, let otherPlace):
      "\(place): \(key): expected at most \(other), which is \(limit) (\(otherPlace)), found \(found); "
        + "lower it, or raise \(other)"
    case .unknownChoice(let place, let key, let choices, let found, let suggestion):
      "\(place): \(key): expected \(joined(choices, by: "or")), found '\(onOneLine(found))'; "
        + (suggestion.map { "did you mean '\($0)'?" } ?? "choose one of them")
    case .patternMismatch(let place, let key, let example, let found):
      "\(place): \(key): expected text such as \(example), found '\(onOneLine(found))'"
    case .wrongLength(let place, let key, let expected, let found):
      "\(place): \(key): expected \(expected), found \(found)"
    case .malformedStep(let place, let found):
      "\(place): steps: expected 'stage', 'name: stage' or 'name: {stage: …, inputs: {…}}', found "
        + found
    case .stepName(let place, let name, let problem):
      "\(place): steps: the name '\(onOneLine(name))' \(problem)"
    case .duplicateStep(let place, let name):
      "\(place): steps: '\(name)' is listed twice; name one of them, as in '\(name)-again: \(name)'"
    case .unknownStage(let place, let name, let suggestion, let stages):
      "\(place): steps: no stage '\(onOneLine(name))'; "
        + (suggestion.map { "did you mean '\($0)'?" }
          ?? "the stages are \(joined(stages, by: "and"))")
    case .stepInput(let place, let input, let source, let earlier):
      "\(place): steps: input '\(onOneLine(input))': expected STEP.OUTPUT of an earlier step "
        + "(\(earlier.isEmpty ? "there is none" : joined(earlier, by: "or"))), found "
        + "'\(onOneLine(source))'"
    case .noOwnSection(let place, let step, let stage, let sections):
      "\(place): the step '\(step)' can't have its own section, because \(stage) reads "
        + (sections.isEmpty
          ? "no section; remove it"
          : "\(joined(sections, by: "and")); set those instead")
    case .malformedOverride(let place, let problem): "\(place): \(problem)"
    }
  }
}

/// The text with each run of line breaks and other control characters replaced by a space, cut after 80
/// characters: messages stay on one line whatever a file contains.
func onOneLine(_ text: String) -> String {
  let line = text.split { $0.isNewline || $0.unicodeScalars.contains { $0.value < 32 } }
    .joined(separator: " ")
  return line.count <= 80 ? line : line.prefix(79) + "…"
}

/// `a`, `a or b`, `a, b or c`.
func joined(_ words: [String], by conjunction: String) -> String {
  guard words.count > 1 else { return words.first ?? "" }
  return words.dropLast().joined(separator: ", ") + " \(conjunction) " + words[words.count - 1]
}
