import Foundation

/// The part of JSON Schema that `docs/json` uses: `type`, `properties`, `required`, `items`,
/// `enum`, `const`, `minimum` and `maximum`. A member that the schema does not contain is a problem
/// here, so that answers contain only documented members.
public struct JSONSchema {
  private let root: [String: Any]

  /// The keywords that are checked, and those that do not restrict values.
  private static let words: Set = [
    "type", "properties", "required", "items", "enum", "const", "minimum", "maximum", "$schema",
    "title", "description",
  ]

  public init(contentsOf url: URL) throws {
    let json = try JSONSerialization.jsonObject(with: Data(contentsOf: url))
    root = json as? [String: Any] ?? ["unknown": json]
  }

  /// The problems of an answer, one line each; empty if it matches the schema.
  public func problems(in text: String) throws -> [String] {
    let json = try JSONSerialization.jsonObject(
      with: Data(text.utf8), options: .fragmentsAllowed)
    return Self.problems(json, root, at: "answer")
  }

  private static func problems(_ value: Any, _ schema: [String: Any], at place: String) -> [String]
  {
    let unknown = schema.keys.filter { !words.contains($0) }.sorted()
    guard unknown.isEmpty else { return ["\(place): the schema has \(unknown)"] }
    var problems: [String] = []
    if let type = schema["type"] {
      let types = type as? [String] ?? [type as? String ?? ""]
      let found = kinds(of: value)
      guard types.contains(where: found.contains) else {
        return ["\(place): expected \(types), found \(found)"]
      }
    }
    if let constant = schema["const"], !isEqual(constant, value) {
      problems.append("\(place): expected \(constant), found \(value)")
    }
    if let choices = schema["enum"] as? [Any], !choices.contains(where: { isEqual($0, value) }) {
      problems.append("\(place): expected one of \(choices), found \(value)")
    }
    if let number = (value as? NSNumber)?.doubleValue {
      if let least = schema["minimum"] as? Double, number < least {
        problems.append("\(place): expected at least \(least), found \(number)")
      }
      if let most = schema["maximum"] as? Double, number > most {
        problems.append("\(place): expected at most \(most), found \(number)")
      }
    }
    if let items = schema["items"] as? [String: Any], let list = value as? [Any] {
      for (index, item) in list.enumerated() {
        problems += Self.problems(item, items, at: "\(place)[\(index)]")
      }
    }
    if let properties = schema["properties"] as? [String: [String: Any]],
      let object = value as? [String: Any]
    {
      for name in schema["required"] as? [String] ?? [] where object[name] == nil {
        problems.append("\(place): no member '\(name)'")
      }
      for (name, member) in object.sorted(by: { $0.key < $1.key }) {
        guard let form = properties[name] else {
          problems.append("\(place): the schema has no member '\(name)'")
          continue
        }
        problems += Self.problems(member, form, at: "\(place).\(name)")
      }
    }
    return problems
  }

  private static func kinds(of value: Any) -> [String] {
    switch value {
    case is NSNull: return ["null"]
    case is String: return ["string"]
    case is [Any]: return ["array"]
    case is [String: Any]: return ["object"]
    case let number as NSNumber:
      if isBoolean(number) { return ["boolean"] }
      return number.doubleValue == number.doubleValue.rounded()
        ? ["integer", "number"] : ["number"]
    default: return []
    }
  }

  /// Whether the JSON value was `true` or `false`.
  private static func isBoolean(_ number: NSNumber) -> Bool {
    String(cString: number.objCType) == "c" || String(cString: number.objCType) == "B"
  }

  private static func isEqual(_ first: Any, _ second: Any) -> Bool {
    "\(first)" == "\(second)" && kinds(of: first) == kinds(of: second)
  }
}
