import Datasets
import Models

extension EvaluationSettings {
  /// Whether the images that chose the weights or the checkpoint were test images: the validation
  /// images of training, those of an earlier evaluation, or, in choosing among several, these.
  public func selectedOnTest(
    images: ImageSet, weights: CheckpointDescription, selection: CheckpointSelection
  ) -> Bool {
    images.preparation?.selectedOnTest == true || selection.choseOnTest
      || weights.origin[CheckpointSelection.testKey] == "true"
  }

  /// Whether the weights were trained on the very images that are evaluated, as those of a training on
  /// all images were on the validation images.
  private func trainedOnThese(_ weights: CheckpointDescription) -> Bool {
    on == .validation && weights.epoch > 0
      && weights.origin["trained_on"] == "training-and-validation"
  }

  /// What a reader must know before believing the figures.
  ///
  /// - Parameter weights: Those that the figures are of.
  public func reservations(
    images: ImageSet, weights: CheckpointDescription, candidates: CheckpointCandidates,
    selection: CheckpointSelection
  ) -> [String] {
    var reservations = [images.dataStatus.warning].compactMap { $0 }
    if selectedOnTest(images: images, weights: weights, selection: selection) {
      let how =
        if on == .test {
          "the model was chosen by the images that now test it"
        } else if images.preparation?.selectedOnTest == true {
          "the validation images are the test images"
        } else {
          "test images chose the weights"
        }
      reservations.append("selected on test: \(how)")
    }
    if trainedOnThese(weights) {
      reservations.append(
        "trained on validation: the network has learnt from the images that now measure it")
    }
    if weights.beganAsFile {
      reservations.append(
        "weights from a file (train.init-from): on which images they were trained and selected before "
          + "is not known, so these may be among them")
    }
    if let warning = candidates.warning { reservations.append(warning) }
    if selection.kind == .listed,
      weights.origin[CheckpointSelection.key] == CheckpointSelection.Kind.fallback.rawValue
    {
      reservations.append(
        "selection: fallback: training ended before every listed epoch, so its last checkpoint was "
          + "selected")
    }
    return reservations
  }
}
