import Augmentation
import Datasets
import Foundation
import Kernels
import Models
import TensorFiles
import Training

/// Small trainings for tests: drawn shapes, a narrow network, a folder of their own.
struct Fixture {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("training-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// `count` drawn images, normalised by 0.5 and 0.5.
  static func images(_ count: Int, of file: Origin) -> ImageSet {
    let records = Shapes(seed: 42).records(count, of: file)
    return ImageSet(
      images: records.images, labels: records.labels, classNames: Shapes.classNames,
      dataStatus: .generated, source: .shapes,
      preparation: Preparation(
        indices: (0..<count).map(Int32.init), takenFrom: file,
        normalization: .constants(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]),
        selectedOnTest: false))
  }

  /// Settings as the recipe's schema would fill them in.
  static func settings(
    network: String = "resnet8", width: Int? = 4, epochs: Int, batch: Int = 16,
    rate: Double = 0.05, momentum: Double = 0.9, weightDecay: Double = 5e-4,
    schedule: Schedule = Schedule(kind: .constant), augments: Bool = true
  ) -> TrainingSettings {
    TrainingSettings(
      network: network, architecture: NetworkConfiguration(width: width), epochs: epochs,
      batch: batch, precision: .float32, seed: 1, initFrom: nil,
      optimizer: OptimizerSettings(
        kind: .sgd, learningRate: rate, momentum: momentum, nesterov: momentum > 0,
        weightDecay: weightDecay),
      schedule: schedule, loss: LossSettings(labelSmoothing: 0),
      augment: augments ? [.crop(padding: 4, fill: .zero), .flip(probability: 0.5)] : [],
      fullMetrics: false,
      stop: StopSettings(monitor: .heldoutLoss, patience: 0, leastImprovement: 0),
      checkpoint: CheckpointSettings(monitor: .heldoutTop1, every: 2, epochs: [1]), printEvery: 1)
  }

  /// A trainer whose work folder is `work` of this fixture; weights start from the seed.
  func trainer(
    _ settings: TrainingSettings, work: String, training: ImageSet, heldout: ImageSet,
    threads: Int = 2
  ) throws -> Trainer {
    let network = try NetworkCatalog.network(
      named: settings.network, configuration: settings.architecture,
      classes: training.classNames.count)
    network.initialize(seed: settings.seed)
    let store = try TrainingStore(
      folder: folder.appendingPathComponent(work),
      description: CheckpointDescription(network, trainedOn: training))
    return try Trainer(
      settings, network: network, training: training, heldout: heldout, store: store,
      on: WorkerPool(threadCount: threads))
  }

  /// The published files of a training by name, as bytes.
  func publish(_ trainer: Trainer, as name: String) throws -> [String: Data] {
    let output = folder.appendingPathComponent(name)
    try FileManager.default.createDirectory(at: output, withIntermediateDirectories: true)
    try trainer.publish(to: output)
    let names = try FileManager.default.contentsOfDirectory(atPath: output.path)
    return try Dictionary(
      uniqueKeysWithValues: names.map {
        ($0, try Data(contentsOf: output.appendingPathComponent($0)))
      })
  }
}

extension Trainer {
  /// Runs epochs to the end, or until `stopAfter` steps.
  ///
  /// - Returns: Whether the end was reached.
  @discardableResult
  func run(stopAfter steps: Int = .max) throws -> Bool {
    var done = 0
    while !isFinished {
      let outcome = try runEpoch(
        shouldStop: {
          done += 1
          return done >= steps
        })
      if case .interrupted = outcome { return false }
    }
    return true
  }
}
