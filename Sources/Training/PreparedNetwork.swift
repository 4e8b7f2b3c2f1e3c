import Datasets
import Foundation
import Kernels
import Models
import Processors
import TensorFiles
import Tensors

/// A network with the weights that a training begins with: drawn at random, read from the file that
/// `train.init-from` names, or those of an earlier training that goes on.
///
/// Epochs are numbered on from an earlier training's, so that images are shuffled and augmented as it would
/// have gone on to; the schedule counts its own epochs, and the optimiser begins without a memory. Where
/// the earlier training ended before any epoch to choose among, nothing is trained: late rates would train
/// nothing worth having.
public struct PreparedNetwork {
  public let network: Network
  /// Where the weights come from, where not from the seed.
  public let note: String?
  /// What a reader must be warned of.
  public let warning: String?
  private let start: StartingCheckpoint?
  private let settings: TrainingSettings

  /// - Parameters:
  ///   - start: A checkpoint to go on from.
  ///   - families: The networks that `train.network` chooses among.
  /// - Throws: What keeps the network from being built, or weights from being read.
  public init(
    _ settings: TrainingSettings, for images: ImageSet, from start: URL?,
    among families: [any NetworkFamily] = NetworkCatalog.families
  ) throws {
    self.settings = settings
    network = try NetworkCatalog.network(
      named: settings.network, configuration: settings.architecture, side: images.side,
      classes: images.classNames.count, among: families)
    network.initialize(seed: settings.seed)
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

  /// The training that begins with these weights, or goes on from what an interrupted one has left in
  /// `work`.
  public func trainer(on images: TrainingImages, work: URL, pool: WorkerPool) throws -> Trainer {
    let store = try TrainingStore(
      folder: work,
      description: CheckpointDescription(
        network, precision: settings.precision, trainedOn: images.training,
        data: settings.epochs > 0 ? settings.data : .training, from: start,
        beginsAsFile: settings.initFrom != nil && start == nil))
    return try Trainer(
      settings.goingOn(from: start), network: network, images: images, store: store, on: pool)
  }
}

extension Trainer {
  /// Notes what computes from here on, beside everything that computed before on this state.
  ///
  /// - Returns: An earlier one that differs, by which the last bits may differ from an undisturbed run's.
  public func note(_ numerics: Numerics) throws -> Numerics? { try store.note(numerics) }
}
