import Datasets

/// `train.loss.class-weights`: how much an image of each class counts in the loss.
public enum ClassWeights: Sendable, Equatable {
  /// Each image counts alike.
  case none
  /// Each class counts alike: an image of a class with n of N images in K classes has the weight
  /// N / (K · n), so that the mean weight of the images is 1.
  case balanced
  /// The weights themselves, one a class.
  case given([Double])

  /// The weight of each class; empty where all are 1.
  ///
  /// - Parameter images: Those that train.
  /// - Throws: `TrainingError` where the weights given are not one a class.
  public func weights(for images: ImageSet) throws(TrainingError) -> [Double] {
    switch self {
    case .none: return []
    case .balanced:
      let counts = images.classCounts
      let present = Double(counts.count { $0 > 0 })
      return counts.map { $0 > 0 ? Double(images.count) / (present * Double($0)) : 0 }
    case .given(let weights):
      guard weights.count == images.classNames.count else {
        throw .classWeights(found: weights.count, classes: images.classNames)
      }
      return weights
    }
  }
}

extension ClassWeights: Decodable {
  private enum Word: String, Decodable { case none, balanced }

  public init(from decoder: any Decoder) throws {
    let container = try decoder.singleValueContainer()
    if let weights = try? container.decode([Double].self) {
      self = .given(weights)
      return
    }
    switch try container.decode(Word.self) {
    case .none: self = .none
    case .balanced: self = .balanced
    }
  }
}
