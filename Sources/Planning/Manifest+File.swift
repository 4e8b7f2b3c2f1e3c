import Foundation
import TensorFiles

/// The file `manifest.json`.
///
/// Format 2 ends with `seal`: SHA-256 of the file itself with 64 zeros in the seal's place, so that any
/// edit is detected. Format 1 had neither seal nor records nor SHA-256 of all bytes.
extension Manifest {
  /// The name of the file in an artefact's folder.
  public static let fileName = "manifest.json"

  /// The format that is written, and the newest that is read.
  static let newestFormat = 2

  /// Reads the manifest in an artefact's folder.
  ///
  /// - Returns: The manifest, or what is wrong with the file.
  static func read(inFolder folder: URL) -> Result<Manifest, ArtefactFault> {
    let path = folder.appendingPathComponent(fileName).path
    var status = stat()
    guard lstat(path, &status) == 0 else {
      return .failure(.manifest(recorded: "one", found: "no such file"))
    }
    guard status.st_mode & S_IFMT == S_IFREG, status.st_size <= largestFile,
      let data = FileManager.default.contents(atPath: path)
    else { return .failure(.manifest(recorded: "a manifest", found: "something else")) }
    guard let manifest = try? decode(data), (1...newestFormat).contains(manifest.format) else {
      return .failure(
        .manifest(recorded: "a manifest of format 1 to \(newestFormat)", found: "something else"))
    }
    let isWhole =
      manifest.format == 1 ? manifest.isOfFirstFormat && !hasSeal(data) : isSealed(data)
    guard isWhole else {
      return .failure(.manifest(recorded: "the seal of what it holds", found: "another"))
    }
    return .success(manifest)
  }

  package static func decode(_ data: Data) throws -> Manifest {
    let decoder = JSONDecoder()
    decoder.keyDecodingStrategy = .convertFromSnakeCase
    return try decoder.decode(Manifest.self, from: data)
  }

  /// The manifest for a draft, without a seal.
  package func encoded() throws -> Data {
    let encoder = JSONEncoder()
    encoder.keyEncodingStrategy = .convertToSnakeCase
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return try encoder.encode(self) + Data("\n".utf8)
  }

  /// The manifest for an artefact's folder, sealed.
  func sealed() throws -> Data {
    var body = try encoded()
    body.removeLast("\n}\n".utf8.count)
    return body + Self.sealLine(ContentDigest.sha256Hex(body + Self.sealLine(Self.openSeal)))
  }

  private static let openSeal = String(repeating: "0", count: 64)
  /// Room for about 20,000 source files and outputs; real manifests have a few hundred.
  private static let largestFile = 16 << 20

  private static func sealLine(_ digest: String) -> Data {
    Data(",\n  \"seal\" : \"\(digest)\"\n}\n".utf8)
  }

  /// Whether the manifest has only fields of format 1, so that an edited newer one can't pass for it.
  private var isOfFirstFormat: Bool {
    records == nil && outputs.allSatisfy { $0.files.allSatisfy { $0.sha256 == nil } }
  }

  private static func hasSeal(_ data: Data) -> Bool {
    data.firstRange(of: Data("\"seal\"".utf8)) != nil
  }

  private static func isSealed(_ data: Data) -> Bool {
    let length = sealLine(openSeal).count
    guard data.count > length else { return false }
    let opened = data.dropLast(length) + sealLine(openSeal)
    return data.suffix(length) == sealLine(ContentDigest.sha256Hex(opened))
  }
}

extension ArtefactFault: Error {}
