import Datasets
import Metrics
import Models
import Records

extension EvaluationSettings {
  /// Whether test images selected the weights or the checkpoint: as validation images of the
  /// training run, in an earlier evaluation, or in this evaluation's choice among several
  /// checkpoints.
  public func selectedOnTest(
    images: ImageSet, weights: CheckpointDescription, selection: CheckpointSelection
  ) -> Bool {
    images.preparation?.selectedOnTest == true || selection.choseOnTest
      || weights.origin[CheckpointSelection.testKey] == "true"
  }

  /// Whether the weights were trained on the evaluated images: validation images, after training on
  /// all images.
  private func trainedOnThese(_ weights: CheckpointDescription) -> Bool {
    on == .validation && weights.epoch > 0
      && weights.origin["trained_on"] == "training-and-validation"
  }

  /// Warnings that limit how far the figures can be trusted.
  ///
  /// - Parameter weights: The description of the evaluated weights.
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
    if weights.startedFromFile {
      reservations.append(
        "weights from a file (train.init-from): on which images they were trained and selected before "
          + "is not known, so these may be among them")
    }
    if let warning = candidates.warning { reservations.append(warning) }
    if selection.kind == .listed,
      weights.origin[SelectionKind.key] == SelectionKind.fallback.rawValue
    {
      reservations.append(
        "selection: fallback: training ended before every listed epoch, so its last checkpoint was "
          + "selected")
    }
    return reservations
  }

  /// The results of evaluating some checkpoints, with the figures of the selected one.
  ///
  /// - Parameters:
  ///   - weights: The description of the selected checkpoint.
  ///   - warnings: What a reader must know before believing the figures.
  public func report(
    of evaluations: [Evaluation], selection: CheckpointSelection, weights: CheckpointDescription,
    images: ImageSet, warnings: [String]
  ) -> EvaluationReport {
    let selected = evaluations[selection.position]
    return EvaluationReport(
      of: .init(
        on: on.rawValue, dataStatus: images.dataStatus, source: images.source.rawValue,
        selectedOnTest: selectedOnTest(images: images, weights: weights, selection: selection),
        views: views, classNames: images.classNames, warnings: warnings),
      checkpoints: evaluations.map(\.figures), selected: selection.position,
      selection: selection.kind, count: images.count, confusion: selected.confusion,
      reliability: selected.reliability)
  }
}
