import Digests

extension TensorFile {
  /// The version of the container that this program writes; also the newest that it reads.
  public static let formatVersion = 1

  /// Metadata keys that the writer fills in itself.
  public static let reservedKeys: Set<String> = [
    "format", "format_version", "schema", "schema_version", "sha256",
  ]

  /// True for artefacts of the pipeline, false for plain safetensors from elsewhere.
  public var isTessera: Bool { metadata["format"] == "tessera" }

  /// The kind of an artefact; nil for plain safetensors.
  public var schema: String? { isTessera ? metadata["schema"] : nil }

  /// The version of an artefact's schema; nil for plain safetensors.
  public var schemaVersion: Int? { isTessera ? Self.version(metadata["schema_version"]) : nil }

  /// The digest of the data as recorded in an artefact's header; nil for plain safetensors.
  public var statedDigest: String? { isTessera ? metadata["sha256"] : nil }

  /// The metadata under `key`.
  ///
  /// - Throws: `unusableMetadata` if it is absent.
  public func requiredMetadata(_ key: String) throws(TensorFileError) -> String {
    guard let value = metadata[key] else {
      throw .unusableMetadata(file: url.path, key: key, found: nil, expected: "a value")
    }
    return value
  }

  /// The metadata under `key`, as one of the raw values of `Choice`.
  ///
  /// - Throws: `unusableMetadata` if it is absent or another word.
  public func choice<Choice: RawRepresentable & CaseIterable>(
    _ key: String, as type: Choice.Type = Choice.self
  ) throws(TensorFileError) -> Choice where Choice.RawValue == String {
    let found = try requiredMetadata(key)
    guard let choice = Choice(rawValue: found) else {
      throw TensorFileError.unusableMetadata(
        file: url.path, key: key, found: found,
        expected: Choice.allCases.map(\.rawValue).joined(separator: ", "))
    }
    return choice
  }

  /// Checks that a stage can use the file: that it has this schema in a readable version and is
  /// undamaged.
  ///
  /// - Parameters:
  ///   - version: The newest version of the schema that the caller knows.
  ///   - oldest: The oldest version that the caller can read; `version` if nil.
  ///   - stage: The stage that writes such files, named in errors as the one to rerun.
  ///   - verifyingDigest: Whether to read all data and check its digest; about 0.1 s for 100 MB.
  /// - Returns: The version found, `oldest` to `version`.
  @discardableResult
  public func requireSchema(
    _ schema: String, version: Int, oldest: Int? = nil, producedBy stage: String,
    verifyingDigest: Bool = true
  ) throws(TensorFileError) -> Int {
    let file = url.path
    guard let foundSchema = self.schema, let foundVersion = schemaVersion else {
      throw .notArtefact(file: file, schema: schema, stage: stage)
    }
    guard foundSchema == schema else {
      throw .wrongSchema(file: file, expected: schema, found: foundSchema, stage: stage)
    }
    guard foundVersion <= version else {
      throw .newerSchema(file: file, schema: schema, found: foundVersion, supported: version)
    }
    guard foundVersion >= oldest ?? version else {
      throw .olderSchema(
        file: file, schema: schema, found: foundVersion, oldest: oldest ?? version, stage: stage)
    }
    if verifyingDigest { try verifyDigest(producedBy: stage) }
    return foundVersion
  }

  /// Reads all data and compares its SHA-256 with the digest in the header.
  ///
  /// - Throws: `noDigest` for plain safetensors, `wrongDigest` if the data has changed.
  public func verifyDigest(producedBy stage: String? = nil) throws(TensorFileError) {
    guard let expected = statedDigest else { throw .noDigest(file: url.path) }
    let found = dataDigest
    guard found == expected else {
      throw .wrongDigest(file: url.path, expected: expected, found: found, stage: stage)
    }
  }

  /// The SHA-256 of the present data section, in hexadecimal.
  var dataDigest: String {
    withMapping { data in
      var hash = SHA256()
      hash.update(data)
      return hash.finalize().hexadecimal
    }
  }

  /// Checks the metadata that `format: tessera` requires: the version of the container first, since
  /// a newer version may have other keys.
  func checkArtefactMetadata() throws(TensorFileError) {
    guard isTessera else { return }
    let file = url.path
    let wanted = "a whole number from 1"
    guard let version = Self.version(metadata["format_version"]) else {
      throw .unusableMetadata(
        file: file, key: "format_version", found: metadata["format_version"], expected: wanted)
    }
    guard version <= Self.formatVersion else {
      throw .newerFormat(file: file, found: version, supported: Self.formatVersion)
    }
    guard let schema = metadata["schema"], !schema.isEmpty else {
      throw .unusableMetadata(
        file: file, key: "schema", found: metadata["schema"], expected: "a name")
    }
    guard Self.version(metadata["schema_version"]) != nil else {
      throw .unusableMetadata(
        file: file, key: "schema_version", found: metadata["schema_version"], expected: wanted)
    }
    let digits = Set("0123456789abcdef".utf8)
    guard let digest = metadata["sha256"], digest.utf8.count == 64,
      digest.utf8.allSatisfy(digits.contains)
    else {
      throw .unusableMetadata(
        file: file, key: "sha256", found: metadata["sha256"],
        expected: "64 lowercase hexadecimal digits")
    }
  }

  /// A version number: decimal digits without sign or leading zero, at least 1.
  private static func version(_ text: String?) -> Int? {
    guard let text, let number = Int(text), number >= 1, String(number) == text else { return nil }
    return number
  }
}
