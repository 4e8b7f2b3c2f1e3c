import Datasets

extension ImageSet {
  /// The normalisation of the images.
  ///
  /// - Throws: `EvaluationError.unprepared` if it isn't recorded.
  public func requiredNormalization() throws -> Normalization {
    guard let preparation else { throw EvaluationError.unprepared }
    return preparation.normalization
  }
}
