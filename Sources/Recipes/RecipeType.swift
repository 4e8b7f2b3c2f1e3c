/// The type of a key of the schema.
public indirect enum RecipeType: Sendable, Equatable {
  case integer(Bounds)
  case number(Bounds)
  /// A number; a whole one is an integer, so that a key that once took only integers keeps its
  /// cache keys.
  case amount(Bounds)
  case boolean
  /// Text that matches a regular expression as a whole; without one, any text that is not empty.
  case text(Pattern?)
  /// The path of a file or folder; enters cache keys by its contents.
  case path
  /// One of the words. `former` maps words of earlier versions to the current ones.
  case choice([String], former: [String: String])
  case list(RecipeType, Length)
  /// A list whose items are names with their options, such as `{crop: {padding: 4}}` or `flip`.
  /// Its value is a list of objects with one member, the name, that holds every option.
  case variants([Variant])
  /// The first type or, if it does not accept the value's kind, the second.
  case either(RecipeType, RecipeType)

  /// The range of a number; nil if it has no bound at that end.
  public struct Bounds: Sendable, Equatable {
    public var least: Double?
    public var most: Double?
    public var above: Double?
    public var below: Double?
    /// What the number counts, for messages: `pixel/255`.
    public var unit: String?

    func contains(_ number: Double) -> Bool {
      if let least, number < least { return false }
      if let most, number > most { return false }
      if let above, number <= above { return false }
      if let below, number >= below { return false }
      return true
    }

    /// Whether the number is still within the bounds after rounding to float32, as networks use it:
    /// a probability below 1 must not become 1, nor a divisor 0.
    func containsAsFloat32(_ number: Double) -> Bool {
      let rounded = Float(number)
      guard rounded.isFinite, number == 0 || rounded.isNormal else { return false }
      if let above, rounded <= Float(above) { return false }
      if let below, rounded >= Float(below) { return false }
      return true
    }
  }

  /// A regular expression, and texts that match it, for messages.
  public struct Pattern: Sendable, Equatable {
    public let expression: String
    public let example: String
  }

  /// The number of items of a list: exact, or a minimum.
  public struct Length: Sendable, Equatable {
    public var exactly: Int?
    public var atLeast: Int?

    func contains(_ count: Int) -> Bool {
      if let exactly, count != exactly { return false }
      if let atLeast, count < atLeast { return false }
      return true
    }
  }

  /// One name that an item of a `variants` list may have, with its options.
  public struct Variant: Sendable, Equatable {
    public let name: String
    public let options: [RecipeSchema.Key]
  }
}

extension RecipeType: CustomStringConvertible {
  /// The type in words, for use after "expected": `an integer from 1 to 1024`.
  public var description: String {
    switch self {
    case .integer(let bounds): "an integer" + bounds.suffix
    case .number(let bounds), .amount(let bounds): "a number" + bounds.suffix
    case .boolean: "true or false"
    case .text(nil): "text"
    case .text(.some(let pattern)): "text such as \(pattern.example)"
    case .path: "the path of a file or folder"
    case .choice(let words, _): joined(words, by: "or")
    case .list(let item, let length): "a list of \(length.prefix)\(item.plural)"
    case .variants(let variants):
      "a list of \(joined(variants.map(\.name), by: "or")), each with or without its options"
    case .either(let first, let second): "\(first), or \(second)"
    }
  }

  private var plural: String {
    switch self {
    case .integer(let bounds): "integers" + bounds.suffix
    case .number(let bounds), .amount(let bounds): "numbers" + bounds.suffix
    case .text(nil): "texts"
    case .text(.some(let pattern)): "texts such as \(pattern.example)"
    case .choice(let words, _): "the words \(joined(words, by: "and"))"
    case .boolean, .path, .list, .variants, .either: description
    }
  }
}

extension RecipeType.Bounds {
  fileprivate var suffix: String {
    let unit = unit.map { " in units of \($0)" } ?? ""
    if let least, let most { return " from \(short(least)) to \(short(most))\(unit)" }
    let ends = [
      least.map { "of at least \(short($0))" }, above.map { "above \(short($0))" },
      most.map { "of at most \(short($0))" }, below.map { "below \(short($0))" },
    ].compactMap { $0 }
    return (ends.isEmpty ? "" : " " + ends.joined(separator: " and ")) + unit
  }

  private func short(_ number: Double) -> String {
    Int(exactly: number).map(String.init) ?? String(describing: number)
  }
}

extension RecipeType.Length {
  fileprivate var prefix: String {
    exactly.map { "\($0) " } ?? atLeast.map { "\($0) or more " } ?? ""
  }
}
