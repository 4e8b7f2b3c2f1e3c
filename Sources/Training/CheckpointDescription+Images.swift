import Datasets
import Models
import Records
import Tensors

extension CheckpointDescription {
  /// The description of a network to be trained on `images`, before its first epoch.
  ///
  /// - Parameters:
  ///   - data: Which images these are. If `start` was trained on all images, that is recorded
  ///     instead.
  ///   - start: The checkpoint that training continues from; its epochs count. If it is a fallback,
  ///     nothing is trained and its description is kept unchanged.
  ///   - startsFromFile: Whether the initial weights come from a file. It stays recorded if `start`
  ///     recorded it.
  public init(
    _ network: Network, precision: Precision, trainedOn images: ImageSet, data: TrainingData,
    from start: StartingCheckpoint? = nil, startsFromFile: Bool = false
  ) {
    if let start, start.selection == .fallback {
      self = start.description
      return
    }
    let selectedOnTest =
      images.preparation?.selectedOnTest == true
      || start?.description.origin["selected_on_test"] == "true"
    let all = TrainingData.trainingAndValidation.rawValue
    let trainedOn = start?.description.origin["trained_on"] == all ? all : data.rawValue
    var origin = [
      "data_status": images.dataStatus.rawValue, "source": images.source.rawValue,
      "selected_on_test": String(selectedOnTest),
      "trained_on": trainedOn,
    ]
    origin[SelectionKind.key] = start?.selection?.rawValue
    if startsFromFile || start?.description.startedFromFile == true {
      origin[Self.weightsFromFile.key] = Self.weightsFromFile.value
    }
    self.init(
      network: network.name, configuration: network.configuration, precision: precision,
      inputSide: network.input.height, classNames: images.classNames,
      epoch: start?.description.epoch ?? 0,
      normalization: images.preparation?.normalization.metadata ?? [:], origin: origin)
  }
}
