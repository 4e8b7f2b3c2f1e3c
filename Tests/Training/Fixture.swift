import Augmentation
import Datasets
import Foundation
import Kernels
import Models
import TensorFiles
import Training

/// Small training runs for tests: generated shapes, a narrow network, a temporary folder.
struct Fixture {
  let folder: URL

  init() throws {
    folder = FileManager.default.temporaryDirectory
      .appendingPathComponent("training-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  }

  func remove() { try? FileManager.default.removeItem(at: folder) }

  /// `count` generated images, normalised by 0.5 and 0.5.
  static func images(
    _ count: Int, of file: Origin, selectedOnTest: Bool = false, std: Float = 0.5
  ) -> ImageSet {
    let records = Shapes(seed: 42).records(count, of: file)
    return ImageSet(
      images: records.images, labels: records.labels, side: 32, classNames: Shapes.classNames,
      dataStatus: .generated, source: .shapes,
      preparation: Preparation(
        indices: (0..<count).map(Int32.init), takenFrom: file,
        normalization: .constants(mean: [0.5, 0.5, 0.5], std: [std, std, std]),
        selectedOnTest: selectedOnTest))
  }

  /// Settings with the defaults of the recipe schema.
  static func settings(
    network: String = "resnet8", width: Int? = 4, epochs: Double, batch: Int = 16,
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
      stop: StopSettings(monitor: .validationLoss, patience: 0, leastImprovement: 0),
      checkpoint: CheckpointSettings(monitor: .validationTop1, every: 2, epochs: [1]), printEvery: 1
    )
  }

  /// A trainer with the work folder `work` of this fixture. As in the stage, weights start from the
  /// seed or from the checkpoint `start`.
  func trainer(
    _ settings: TrainingSettings, work: String, training: ImageSet, validation: ImageSet,
    start: URL? = nil, threads: Int = 2
  ) throws -> Trainer {
    let images = try TrainingImages(settings.data, training: training, validation: validation)
    let network = try NetworkCatalog.network(
      named: settings.network, configuration: settings.architecture,
      classes: training.classNames.count)
    network.initialize(seed: settings.seed)
    let start = try start.map {
      try StartingCheckpoint(contentsOf: $0, for: network, trainedOn: images.training)
    }
    try start?.load(into: network)
    let store = try TrainingStore(
      folder: folder.appendingPathComponent(work),
      description: CheckpointDescription(
        network, precision: settings.precision, trainedOn: images.training, data: settings.data,
        from: start))
    return try Trainer(
      settings.goingOn(from: start), network: network, images: images, store: store,
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
  /// Runs epochs to the end, or until `stopAfter` steps are done.
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

extension Fixture {
  /// Publishes an undisturbed training, and the same one stopped after every `steps` steps and
  /// continued by a new trainer each time, alternately on one and two threads.
  ///
  /// - Returns: The bytes of both, and the number of times the second was stopped.
  func whole(
    _ settings: TrainingSettings, andStoppedAfter steps: Int, training: ImageSet,
    validation: ImageSet, start: URL? = nil
  ) throws -> (whole: [String: Data], pieces: [String: Data], stops: Int) {
    func trainer(_ work: String, threads: Int) throws -> Trainer {
      try self.trainer(
        settings, work: work, training: training, validation: validation, start: start,
        threads: threads)
    }
    let undisturbed = try trainer("whole", threads: 1)
    try undisturbed.run()
    let whole = try publish(undisturbed, as: "whole-out")
    for stops in 0..<100 {
      let piece = try trainer("pieces", threads: 1 + stops % 2)
      if try piece.run(stopAfter: steps) {
        return (whole, try publish(piece, as: "pieces-out"), stops)
      }
    }
    return (whole, [:], 100)
  }

  /// A published tensor file.
  func file(_ path: String) throws -> TensorFile {
    try TensorFile(contentsOf: folder.appendingPathComponent(path))
  }
}
