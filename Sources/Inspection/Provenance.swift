import Foundation
import TensorFiles

/// The provenance of an artefact, from the `manifest.json` in its folder.
///
/// Read leniently: a missing or unknown field is left out, so that an older or newer
/// manifest is still readable.
public struct Provenance: Sendable, Equatable, Encodable {
  /// A name and its value, or an input and its digest.
  public struct Item: Sendable, Equatable, Encodable {
    public let name: String
    public let value: String
  }

  public var stage: String?
  public var key: String?
  public var created: String?
  /// Seconds the stage ran.
  public var seconds: Double?
  public var host: String?
  public var inputs: [Item] = []
  /// The recipe values the stage read.
  public var recipe: [Item] = []
  public var warnings: [String] = []

  /// The provenance of the artefact in `folder`; nil if there is no manifest that is a JSON object.
  public init?(inFolder folder: URL) {
    let url = folder.appendingPathComponent("manifest.json")
    guard let data = try? Data(contentsOf: url),
      let manifest = try? JSONSerialization.jsonObject(with: data) as? [String: Any]
    else { return nil }
    stage = manifest["stage"] as? String
    key = manifest["key"] as? String
    created = manifest["created"] as? String
    seconds = (manifest["seconds"] as? NSNumber)?.doubleValue
    host = manifest["host"] as? String
    warnings = Self.list(manifest["warnings"])
    for input in Self.list(manifest["inputs"]) as [[String: Any]] {
      guard let name = input["name"] as? String else { continue }
      let source = [input["instance"] ?? input["stage"], input["output"]].compactMap {
        $0 as? String
      }
      let digest = (input["digest"] as? String).map { "sha256 \($0)" }
      let from = source.isEmpty ? nil : source.joined(separator: ".")
      inputs.append(
        Item(name: name, value: [from, digest].compactMap(\.self).joined(separator: "  ")))
    }
    for part in Self.list(manifest["parts"]) as [[String: Any]] {
      guard let name = part["name"] as? String, let value = part["value"] as? String else {
        continue
      }
      // A manifest without kinds shows all of its parts.
      guard (part["kind"] as? String ?? "recipe") == "recipe" else { continue }
      recipe.append(Item(name: name, value: value))
    }
  }

  /// The elements of a JSON list that have the type `Element`.
  private static func list<Element>(_ value: Any?) -> [Element] {
    (value as? [Any] ?? []).compactMap { $0 as? Element }
  }

  /// One line per fact.
  public func lines() -> [String] {
    var table = TextTable()
    func add(_ name: String, _ value: String?) {
      guard let value else { return }
      table.rows.append([PrintableText.escaped(name), PrintableText.escaped(value)])
    }
    add("stage", stage)
    add("key", key)
    add("created", created.map(NumberText.localTime))
    add("took", seconds.map(NumberText.duration))
    add("host", host)
    for input in inputs { add("input", "\(input.name)  \(input.value)") }
    for value in recipe { add(value.name, value.value) }
    for warning in warnings { add("warning", warning) }
    return table.lines()
  }
}
