import Datasets
import Foundation

/// `train.data`: which images are trained on.
public enum TrainingData: String, Decodable, Sendable {
  /// The training split; the validation images are held out.
  case training
  /// All but the test images; there are no validation images.
  case trainingAndValidation = "training-and-validation"
}

/// The images that a run trains on, and those that its epochs are evaluated on.
public struct TrainingImages: Sendable {
  public let training: ImageSet
  /// Nil if all images are trained on.
  public let validation: ImageSet?

  /// - Throws: `TrainingError` if the classes or normalisations of the sets differ, if the
  ///   normalisation isn't recorded, or if test images would be trained on or used for validation
  ///   without `split.validation: test`.
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

extension TrainingImages {
  /// Reads the two sets from the files of `preprocess-and-split`.
  ///
  /// - Throws: As the other initialiser, and `TensorFileError`.
  public init(_ data: TrainingData, training: URL, validation: URL) throws {
    func images(_ url: URL) throws -> ImageSet {
      try ImageSet(contentsOf: url, producedBy: "preprocess-and-split")
    }
    try self.init(data, training: images(training), validation: images(validation))
  }
}
