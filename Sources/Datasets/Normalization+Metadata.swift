import Foundation
import TensorFiles

/// The valid means and deviations of pixel/255, for every reader: values on the scale 0 to
/// 255 would scale images to almost zero, and a network would learn nothing from them.
extension Normalization {
  static let meanRange = "from 0 to 1"
  static let deviationRange = "above 0 and of at most 0.5"

  /// Whether these can be the means of the channels.
  static func areMeans(_ values: [Float]) -> Bool {
    values.count == ImageSet.channels && values.allSatisfy { (0...1).contains($0) }
  }

  /// Whether these can be the deviations of the channels: half the range at most, and no less than the
  /// reciprocal of a float32 allows.
  static func areDeviations(_ values: [Float]) -> Bool {
    values.count == ImageSet.channels
      && values.allSatisfy { $0.isNormal && $0 > 0 && $0 <= 0.5 }
  }
}

/// How a user of trained weights must normalise an image, as stored in checkpoints:
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
  /// - Throws: `TensorFileError.unusableMetadata` if they are missing or invalid.
  public init(metadata: [String: String], file: String) throws(TensorFileError) {
    func wrong(_ key: String, expected: String) -> TensorFileError {
      .unusableMetadata(
        file: file, key: key, found: metadata[key] ?? "nothing", expected: expected)
    }
    func numbers(_ key: String, _ areUsable: ([Float]) -> Bool, expected range: String)
      throws(TensorFileError) -> [Float]
    {
      let text = metadata[key] ?? ""
      guard let numbers = try? JSONDecoder().decode([Float].self, from: Data(text.utf8)),
        areUsable(numbers)
      else {
        throw wrong(key, expected: "a JSON array of 3 numbers \(range) in units of pixel/255")
      }
      return numbers
    }
    switch metadata[Self.key] {
    case "per-image": self = .perImage
    case "constants":
      self = .constants(
        mean: try numbers(Self.meanKey, Self.areMeans, expected: Self.meanRange),
        std: try numbers(Self.stdKey, Self.areDeviations, expected: Self.deviationRange))
    default: throw wrong(Self.key, expected: "constants or per-image")
    }
  }
}
