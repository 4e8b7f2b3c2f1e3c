import Datasets
import Models
import Tensors

extension CheckpointDescription {
  /// The description of a network to be trained on `images`, before its first epoch.
  ///
  /// - Parameters:
  ///   - data: Which images those are. What the start was trained on stays trained on.
  ///   - start: What the training goes on from; its epochs count. Where nothing is trained because there
  ///     was nothing to choose it among, its description stays as it is.
  ///   - beginsAsFile: Whether the initial weights are those of a file. What the start says of its own
  ///     stays said.
  public init(
    _ network: Network, precision: Precision, trainedOn images: ImageSet, data: TrainingData,
    from start: StartingCheckpoint? = nil, beginsAsFile: Bool = false
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
    origin["selection"] = start?.selection?.rawValue
    if beginsAsFile || start?.description.beganAsFile == true {
      origin[Self.weightsFromFile.key] = Self.weightsFromFile.value
    }
    self.init(
      network: network.name, configuration: network.configuration, precision: precision,
      inputSide: network.input.height, classNames: images.classNames,
      epoch: start?.description.epoch ?? 0,
      normalization: images.preparation?.normalization.metadata ?? [:], origin: origin)
  }
}
