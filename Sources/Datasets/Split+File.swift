import Foundation
import TensorFiles

/// The tensor file, schema `split`: `training` I32 [·] and `validation` I32 [·], with the metadata
/// `kind`, `seed` and `validation_source`.
extension Split {
  static let schema = "split"

  public func write(to url: URL) throws {
    let metadata = [
      "kind": kind.rawValue, "seed": String(seed), "validation_source": validationSource.rawValue,
    ]
    var writer = TensorFileWriter(schema: Self.schema, metadata: metadata)
    writer.add("training", shape: [training.count], training)
    writer.add("validation", shape: [validation.count], validation)
    try writer.write(to: url)
  }

  /// - Parameter stage: The stage that writes such files, for error messages.
  public init(contentsOf url: URL, producedBy stage: String = "STAGE") throws {
    let file = try TensorFile(contentsOf: url)
    try file.requireSchema(Self.schema, version: 1, producedBy: stage)
    let text = try file.requiredMetadata("seed")
    guard let seed = Int(text) else {
      throw TensorFileError.unusableMetadata(
        file: url.path, key: "seed", found: text, expected: "a whole number")
    }
    self.init(
      training: try file.scalars(of: "training", as: Int32.self, shape: [nil]),
      validation: try file.scalars(of: "validation", as: Int32.self, shape: [nil]),
      kind: try file.choice("kind"), seed: seed,
      validationSource: try file.choice("validation_source"))
  }
}
