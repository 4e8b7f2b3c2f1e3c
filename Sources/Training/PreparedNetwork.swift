import Datasets
import Foundation
import Kernels
import Loading
import Models
import Processors
import TensorFiles
import Tensors

/// A network with its initial weights: drawn at random, read from the file that `train.init-from`
/// names, or taken from an earlier training run that this one continues.
///
/// Epoch numbers continue those of the earlier run, so that images are shuffled and augmented as if
/// that run had continued. The schedule starts from its beginning, and the optimiser with empty
/// state. If the earlier run ended before all epochs to choose from, nothing is trained: training
/// such weights at the low rates of a late phase would be useless.
public struct PreparedNetwork {
  public let network: Network
  /// The source of the weights, if it isn't the seed.
  public let note: String?
  /// A warning for the user.
  public let warning: String?
  private let start: StartingCheckpoint?
  private let settings: TrainingSettings

  /// - Parameters:
  ///   - start: A checkpoint to continue from.
  ///   - families: The network families to which `train.network` can refer.
  /// - Throws: An error if the network can't be built or its weights can't be read.
  public init(
    _ settings: TrainingSettings, for images: ImageSet, from start: URL?,
    among families: [any NetworkFamily] = NetworkCatalog.families
  ) throws {
    self.settings = settings
    network = try NetworkCatalog.network(
      named: settings.network, configuration: settings.architecture, side: images.side,
      classes: images.classNames.count, among: families)
    network.initialize(seed: settings.seed)
    if settings.initFrom == nil, start == nil {
      try PatchWhitening.prepare(network, with: try Self.loader(of: images, for: network))
    }
    var note: String?
    if let file = settings.initFrom {
      try Checkpoint.load(TensorFile(contentsOf: URL(fileURLWithPath: file)), into: network)
      note = "initial weights from \(file)"
    }
    let network = network
    self.start = try start.map {
      try StartingCheckpoint(contentsOf: $0, for: network, trainedOn: images)
    }
    if let start = self.start {
      try start.load(into: network)
      note = "weights after epoch \(start.description.epoch) of an earlier training"
    }
    self.note = note
    warning =
      self.start?.selection == .fallback
      ? "skipped: the earlier training ended before the epochs to choose among; its weights stay"
      : nil
  }

  /// A training run that begins with these weights, or resumes an interrupted one whose state is in
  /// `work`.
  public func trainer(on images: TrainingImages, work: URL, pool: WorkerPool) throws -> Trainer {
    let store = try TrainingStore(
      folder: work,
      description: CheckpointDescription(
        network, precision: settings.precision, trainedOn: images.training,
        data: settings.epochs > 0 ? settings.data : .training, from: start,
        startsFromFile: settings.initFrom != nil && start == nil))
    return try Trainer(
      settings.goingOn(from: start), network: network, images: images, store: store, on: pool)
  }

  /// Loads images as the network reads them, normalised and resized, without augmentation.
  ///
  /// - Throws: An error if the images do not record their normalisation.
  public func loader(of images: ImageSet) throws -> BatchLoader {
    try Self.loader(of: images, for: network)
  }

  private static func loader(of images: ImageSet, for network: Network) throws -> BatchLoader {
    BatchLoader(
      images, normalization: try images.requiredNormalization(), side: network.input.height)
  }
}

extension Trainer {
  /// Records the present numerics, next to those of every earlier process that computed on this
  /// state.
  ///
  /// - Returns: A warning if they differ: the last bits may then differ from those of an
  ///   uninterrupted run.
  public func warning(on numerics: Numerics) throws -> String? {
    try store.note(numerics).map {
      "resumed under other numerics: also ran on \($0.processor), \($0.blasCore)"
    }
  }
}
