import Foundation
import TensorFiles

/// What a user of trained weights must do to an image, in words, as checkpoints carry it:
///
///     normalization        "constants" or "per-image"
///     normalization_mean   "[0.5, 0.5, 0.5]", a JSON array, with constants only
///     normalization_std    likewise
extension Normalization {
  private static let (key, meanKey, stdKey) = (
    "normalization", "normalization_mean", "normalization_std"
  )

  /// The metadata of a file of weights.
  public var metadata: [String: String] {
    switch self {
    case .constants(let mean, let std):
      [Self.key: "constants", Self.meanKey: "\(mean)", Self.stdKey: "\(std)"]
    case .perImage: [Self.key: "per-image"]
    }
  }

  /// Reads the metadata of a file of weights.
  ///
  /// - Parameter file: Its path, for errors.
  /// - Throws: `TensorFileError.unusableMetadata` where they do not say it, or nonsense.
  public init(metadata: [String: String], file: String) throws(TensorFileError) {
    func wrong(_ key: String, expected: String) -> TensorFileError {
      .unusableMetadata(
        file: file, key: key, found: metadata[key] ?? "nothing", expected: expected)
    }
    func numbers(_ key: String, _ isUsable: (Float) -> Bool, expected: String)
      throws(TensorFileError) -> [Float]
    {
      let text = metadata[key] ?? ""
      guard let numbers = try? JSONDecoder().decode([Float].self, from: Data(text.utf8)),
        numbers.count == ImageSet.channels, numbers.allSatisfy(isUsable)
      else { throw wrong(key, expected: expected) }
      return numbers
    }
    switch metadata[Self.key] {
    case "per-image": self = .perImage
    case "constants":
      self = .constants(
        mean: try numbers(Self.meanKey, \.isFinite, expected: "a JSON array of 3 numbers"),
        std: try numbers(
          Self.stdKey, { $0 > 0 && $0.isFinite }, expected: "a JSON array of 3 numbers above 0"))
    default: throw wrong(Self.key, expected: "constants or per-image")
    }
  }
}
