import Datasets
import Models

extension CheckpointDescription {
  /// The description of a network trained on `images`, before its first epoch.
  public init(_ network: Network, trainedOn images: ImageSet) {
    self.init(
      network: network.name, configuration: network.configuration, classNames: images.classNames,
      epoch: 0,
      normalization: images.preparation?.normalization.checkpointMetadata ?? [:],
      origin: [
        "data_status": images.dataStatus.rawValue, "source": images.source.rawValue,
        "selected_on_test": String(images.preparation?.selectedOnTest ?? false),
      ])
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
