import Datasets

/// `train.loss.class-weights`: the weight of each class in the loss.
public enum ClassWeights: Sendable, Equatable {
  /// Each image has the same weight.
  case none
  /// Each class has the same total weight: an image of a class with n of N images in K classes has
  /// the weight N / (K · n), so that the mean weight of the images is 1.
  case balanced
  /// The weights themselves, one per class.
  case given([Double])

  /// The weight of each class; empty if all are 1.
  ///
  /// - Parameter images: The training images.
  /// - Throws: `TrainingError` if the number of given weights differs from the number of classes.
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
