import Foundation
import TensorFiles

/// The provenance of an artefact: the parts of its key in plain values, its inputs and outputs,
/// and what differs from run to run. It is written last; a folder without one is not an
/// artefact.
public struct Manifest: Sendable, Equatable, Codable {
  /// An input, as it was when the stage began.
  public struct Input: Sendable, Equatable, Codable {
    public let name: String
    /// The step and the output it came from.
    public let step: String
    public let output: String
    /// The artefact.
    public let stage: String
    public let key: String
    /// The content digest of the output.
    public let digest: String

    private enum CodingKeys: String, CodingKey {
      case name
      case step = "instance"
      case output, stage, key, digest
    }
  }

  /// An output: its digest, and its files.
  public struct Output: Sendable, Equatable, Codable {
    public let name: String
    public let digest: String
    public let files: [File]
  }

  public struct File: Sendable, Equatable, Codable {
    public let file: String
    /// The content digest, which identifies a file's contents and enters keys.
    public let digest: String
    public let bytes: Int
    /// SHA-256 of all bytes; nil in manifests of format 1.
    public let sha256: String?
  }

  /// A user's word that a change of code leaves the artefact as it is.
  public struct Acceptance: Sendable, Equatable, Codable {
    public let by: String
    public let time: String
    public let oldKey: String
    public let oldCode: String
    public let newCode: String
  }

  // Known before the stage runs
  public var format = Self.newestFormat
  public var stage: String
  public var step: String
  public var run: String
  public var key: String
  public var parts: [KeyPart]
  public var codeFiles: [CodeInventory.CodeFile]
  public var inputs: [Input]

  // Known afterwards
  public var outputs: [Output] = []
  /// The digest over all outputs.
  public var contentDigest = ""
  /// The other files: log, timing, cells, settings, source. Nil in manifests of format 1.
  public var records: [File]?
  /// When the artefact was published, as ISO 8601 in UTC.
  public var created = ""
  /// How long the stage ran, not counting time before an interruption.
  public var seconds = 0.0
  /// Whether it resumed an interrupted run.
  public var isResumed = false
  public var host = ""
  public var threads = 0
  /// What the stage's arithmetic depends on, as it reports: results are bit-identical if this is equal.
  public var numerics: JSONValue?
  public var warnings: [String] = []
  /// `official`, `own`, `generated` or `unverified`; nil if nothing derives from a data set.
  public var dataStatus: String?
  public var accepted: [Acceptance] = []

  private enum CodingKeys: String, CodingKey {
    case format, stage
    case step = "instance"
    case run, key, parts, codeFiles, inputs, outputs, contentDigest, records, created, seconds
    case isResumed, host, threads, numerics, warnings, dataStatus, accepted
  }

  public init(
    stage: String, step: String, run: String, key: CacheKey,
    codeFiles: [CodeInventory.CodeFile], inputs: [Input]
  ) {
    self.stage = stage
    self.step = step
    self.run = run
    self.key = key.text
    parts = key.parts
    self.codeFiles = codeFiles
    self.inputs = inputs
  }

  /// The content digest of the output called `name`, or nil.
  public func digest(ofOutput name: String) -> String? { outputs.first { $0.name == name }?.digest }

  /// The value of the part that names the code.
  public var code: String { parts.first { $0.kind == .code }?.value ?? "" }

  /// The digest over all outputs, of their names and digests.
  var digestOfOutputs: String {
    ContentDigest.sha256Hex(
      Data(outputs.map { "\($0.name) \($0.digest)\n" }.joined().utf8))
  }
}

/// A JSON value of any form.
public enum JSONValue: Sendable, Equatable, Codable {
  case null
  case boolean(Bool)
  case number(Double)
  case text(String)
  case list([JSONValue])
  case object([String: JSONValue])

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if container.decodeNil() {
      self = .null
    } else if let value = try? container.decode(Bool.self) {
      self = .boolean(value)
    } else if let value = try? container.decode(Double.self) {
      self = .number(value)
    } else if let value = try? container.decode(String.self) {
      self = .text(value)
    } else if let value = try? container.decode([JSONValue].self) {
      self = .list(value)
    } else {
      self = .object(try container.decode([String: JSONValue].self))
    }
  }

  public func encode(to encoder: any Encoder) throws {
    var container = encoder.singleValueContainer()
    switch self {
    case .null: try container.encodeNil()
    case .boolean(let value): try container.encode(value)
    case .number(let value): try container.encode(value)
    case .text(let value): try container.encode(value)
    case .list(let value): try container.encode(value)
    case .object(let value): try container.encode(value)
    }
  }

  /// The member called `name` of an object, or nil.
  public subscript(name: String) -> JSONValue? {
    guard case .object(let members) = self else { return nil }
    return members[name]
  }
}
