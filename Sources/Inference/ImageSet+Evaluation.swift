import Datasets

extension ImageSet {
  /// How the images are to be normalised.
  ///
  /// - Throws: `EvaluationError.unprepared` where they do not say.
  public func requiredNormalization() throws -> Normalization {
    guard let preparation else { throw EvaluationError.unprepared }
    return preparation.normalization
  }
}
