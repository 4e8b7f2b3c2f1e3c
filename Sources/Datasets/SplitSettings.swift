/// The recipe's section `split`.
public struct SplitSettings: Sendable, Decodable {
  public let kind: Split.Kind
  /// Nil for the data set's own validation set or, without one, for `Split.defaultCount`
  /// training images.
  public let validation: Split.Validation?
  public let seed: Int
}

extension SplitSettings {
  /// Checks the split as far as possible before the images are available.
  ///
  /// - Parameter classes: Nil if their number isn't known.
  public func check(trainingImages: Int, classes: Int?) throws(SplitError) {
    switch validation {
    case .test: return
    case .images(let count):
      try Split.check(count, kind, images: trainingImages, classes: classes)
    case nil:
      try Split.check(Split.defaultCount, kind, images: trainingImages, classes: classes)
    }
  }
}

/// A number of images, or `test`.
extension Split.Validation: Decodable {
  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let count = try? container.decode(Int.self) {
      self = .images(count)
    } else if try container.decode(String.self) == "test" {
      self = .test
    } else {
      throw DecodingError.dataCorruptedError(
        in: container, debugDescription: "split.validation takes a number of images, or 'test'")
    }
  }
}
