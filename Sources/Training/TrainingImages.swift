import Datasets

/// `train.data`: which images train.
public enum TrainingData: String, Decodable, Sendable {
  /// Those set aside for training; the validation images are held out.
  case training
  /// All but the test images; nothing is held out.
  case trainingAndValidation = "training-and-validation"
}

/// The images a training learns from, and those its epochs are measured on.
public struct TrainingImages: Sendable {
  public let training: ImageSet
  /// Nil where all images train.
  public let validation: ImageSet?

  /// - Throws: `TrainingError` where the sets do not belong together, say nothing of normalisation, or
  ///   the test images would train, or choose the epoch without the split's saying so.
  public init(_ data: TrainingData, training: ImageSet, validation: ImageSet) throws {
    guard training.classNames == validation.classNames else {
      throw TrainingError.differentClasses(
        training: training.classNames, validation: validation.classNames)
    }
    guard let preparation = training.preparation else {
      throw TrainingError.unprepared(set: "training")
    }
    guard let other = validation.preparation else {
      throw TrainingError.unprepared(set: "validation")
    }
    guard preparation.takenFrom == .train else {
      throw TrainingError.unannouncedTestImages(input: "training")
    }
    switch data {
    case .training:
      guard other.takenFrom == .train || other.selectedOnTest else {
        throw TrainingError.unannouncedTestImages(input: "validation")
      }
      self.training = training
      self.validation = validation
    case .trainingAndValidation:
      guard !other.selectedOnTest, other.takenFrom == .train else {
        throw TrainingError.testImagesWouldTrain
      }
      guard preparation.normalization == other.normalization else {
        throw TrainingError.differentNormalizations(
          training: "\(preparation.normalization)", validation: "\(other.normalization)")
      }
      self.training = training.joined(with: validation)
      self.validation = nil
    }
  }
}
