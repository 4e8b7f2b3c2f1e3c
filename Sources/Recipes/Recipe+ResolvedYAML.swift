import Foundation

extension Recipe {
  /// The recipe with every key filled in, one `key: value  # origin` per line, the keys dotted and in
  /// the schema's order. Read as a recipe it gives the same values, even if the defaults change.
  public func resolvedYAML() -> String {
    var lines = ["about: \(RecipeValue.text(about).canonicalText)"]
    if let steps {
      lines += ["", "steps:"] + steps.map { "  - \($0.yaml)" }
    }
    var section = ""
    for key in schema.keys {
      let (value, origin) = value(of: key.name)
      if key.isAddition, value == key.defaultValue { continue }
      if key.section != section { lines.append("") }
      section = key.section
      lines.append("\(key.name): \(value.canonicalText)  # \(comment(origin))")
    }
    for step in steps ?? [] {
      guard let overlaid = overlays[step.name] else { continue }
      let own = schema.keys.compactMap { key -> String? in
        let name = step.name + key.name.dropFirst(key.section.count)
        guard key.section == overlaid, let setting = settings[name] else { return nil }
        return "\(name): \(setting.value.canonicalText)  # \(comment(setting.origin))"
      }
      if !own.isEmpty { lines += [""] + own }
    }
    return lines.joined(separator: "\n") + "\n"
  }

  /// The origin without the file's path, which differs between machines: the line, and the name of
  /// the base recipe if it is one.
  private func comment(_ origin: RecipeOrigin) -> String {
    switch origin {
    case .default: return "default"
    case .file(let path, let line):
      let file = URL(fileURLWithPath: path).deletingPathExtension().lastPathComponent
      return file == name ? "line \(line)" : "\(file) line \(line)"
    case .override: return "--set"
    }
  }
}

extension RecipeStep {
  fileprivate var yaml: String {
    if name == stage && inputs.isEmpty { return stage }
    if inputs.isEmpty { return "\(name): \(stage)" }
    let bound = inputs.sorted { $0.key < $1.key }.map {
      "\(RecipeValue.text($0.key).canonicalText): \(RecipeValue.text($0.value).canonicalText)"
    }
    return "\(name): {stage: \(stage), inputs: {\(bound.joined(separator: ", "))}}"
  }
}
