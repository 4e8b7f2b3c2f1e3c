/// A value of a recipe, checked against the schema.
///
/// The schema decides the case: a key of type number always holds `.number`, even if the recipe
/// says `1`, so that `1` and `1.0` are one value, one line in the resolved recipe and one cache key.
public enum RecipeValue: Sendable, Equatable {
  /// The key was left out and has no default.
  case null
  case boolean(Bool)
  case integer(Int)
  /// A finite number; never minus zero.
  case number(Double)
  case text(String)
  case list([RecipeValue])
  /// Keys in the schema's order, each once.
  case object([(key: String, value: RecipeValue)])

  /// Equal values of the same case. Objects are equal only if their keys are in the same order.
  public static func == (left: RecipeValue, right: RecipeValue) -> Bool {
    switch (left, right) {
    case (.null, .null): true
    case (.boolean(let a), .boolean(let b)): a == b
    case (.integer(let a), .integer(let b)): a == b
    case (.number(let a), .number(let b)): a == b
    case (.text(let a), .text(let b)): a == b
    case (.list(let a), .list(let b)): a == b
    case (.object(let a), .object(let b)):
      a.count == b.count && zip(a, b).allSatisfy { $0.key == $1.key && $0.value == $1.value }
    default: false
    }
  }
}

extension RecipeValue {
  /// The member called `key` of an object, or nil.
  public subscript(key: String) -> RecipeValue? {
    guard case .object(let members) = self else { return nil }
    return members.first { $0.key == key }?.value
  }

  /// An object nested along the dots of the keys:
  /// `train.epochs` and `train.stop.patience` become `{train: {epochs: …, stop: {patience: …}}}`.
  ///
  /// This is the form in which a stage receives its settings. Members are in the order in which
  /// the keys first name them.
  ///
  /// - Precondition: no key is named twice, and none is the section of another.
  public init(nesting settings: [(key: String, value: RecipeValue)]) {
    self.init(
      nesting: settings.map { (path: $0.key.split(separator: "."), value: $0.value) })
  }

  private init(nesting settings: [(path: [Substring], value: RecipeValue)]) {
    var names: [Substring] = []
    var groups: [Substring: [(path: [Substring], value: RecipeValue)]] = [:]
    for (path, value) in settings {
      precondition(!path.isEmpty, "a key without a name, or a key that is the section of another")
      if groups[path[0]] == nil { names.append(path[0]) }
      groups[path[0], default: []].append((path: Array(path.dropFirst()), value: value))
    }
    let members = names.map { name in
      let group = groups[name] ?? []
      let leaf = group.count == 1 && group[0].path.isEmpty
      return (key: String(name), value: leaf ? group[0].value : RecipeValue(nesting: group))
    }
    self = .object(members)
  }
}
