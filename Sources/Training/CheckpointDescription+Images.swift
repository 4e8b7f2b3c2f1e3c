import Datasets
import Models

extension CheckpointDescription {
  /// The description of a network to be trained on `images`, before its first epoch.
  ///
  /// - Parameter start: What the training goes on from; its epochs count. Where nothing is trained because
  ///   there was nothing to choose it among, its description stays as it is.
  public init(
    _ network: Network, trainedOn images: ImageSet, data: TrainingData,
    from start: StartingCheckpoint? = nil
  ) {
    if let start, start.selection == .fallback {
      self = start.description
      return
    }
    var origin = [
      "data_status": images.dataStatus.rawValue, "source": images.source.rawValue,
      "selected_on_test": String(images.preparation?.selectedOnTest ?? false),
      "trained_on": data.rawValue,
    ]
    origin["selection"] = start?.selection?.rawValue
    self.init(
      network: network.name, configuration: network.configuration, classNames: images.classNames,
      epoch: start?.description.epoch ?? 0,
      normalization: images.preparation?.normalization.checkpointMetadata ?? [:], origin: origin)
  }
}

extension Normalization {
  /// What a user of the weights must do to an image, in a checkpoint's metadata.
  fileprivate var checkpointMetadata: [String: String] {
    switch self {
    case .constants(let mean, let std):
      [
        "normalization": "constants", "normalization_mean": "\(mean)",
        "normalization_std": "\(std)",
      ]
    case .perImage:
      ["normalization": "per-image"]
    }
  }
}
