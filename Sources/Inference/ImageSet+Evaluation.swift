import Datasets

extension ImageSet {
  /// How the images are to be normalised.
  ///
  /// - Throws: `EvaluationError.unprepared` where they do not say.
  public func requiredNormalization() throws -> Normalization {
    guard let preparation else { throw EvaluationError.unprepared }
    return preparation.normalization
  }

  /// What a reader must know before believing figures measured on these images.
  public func reservations(testing: Bool) -> [String] {
    var reservations: [String] = []
    if let warning = dataStatus.warning { reservations.append(warning) }
    if preparation?.selectedOnTest == true {
      reservations.append(
        testing
          ? "selected on test: the model was chosen by the images that now test it"
          : "selected on test: the validation images are the test images")
    }
    return reservations
  }
}
