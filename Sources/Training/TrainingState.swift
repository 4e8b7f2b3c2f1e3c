import Foundation
import Metrics
import Models
import TensorFiles

/// Where a training stands between two steps: everything that decides what comes next, and nothing
/// that depends on time or machine.
struct TrainingState {
  /// Epochs that are finished, with their figures.
  var history: [EpochRecord] = []
  /// Images of the current epoch that are trained on.
  var position = 0
  /// The running figures of the current epoch.
  var tally: ClassificationTally

  static let schema = "resume"
  static let schemaVersion = 1

  init(classes: Int) {
    tally = ClassificationTally(classes: classes)
  }

  /// Writes the state, the network's and the optimiser's to one file.
  func write(network: Network, optimizer: Optimizer, to url: URL) throws {
    var writer = TensorFileWriter(
      schema: Self.schema, schemaVersion: Self.schemaVersion,
      metadata: ["network": network.name, "step_count": String(optimizer.stepCount)])
    for parameter in network.parameters {
      writer.add("network.\(parameter.name)", shape: parameter.shape, parameter.dense())
    }
    for tensor in optimizer.state {
      writer.add("optimizer.\(tensor.name)", shape: tensor.shape, tensor.values)
    }
    let columns = 8 + 2 * network.classes
    writer.add(
      "history", shape: [history.count, columns], history.flatMap { History.numbers(of: $0) })
    writer.add("position", shape: [], [Int64(position)])
    writer.add("tally.counts", shape: [3 + 2 * network.classes], tally.state)
    writer.add("tally.loss_sum", shape: [], [tally.lossSum])
    try writer.write(to: url)
  }

  /// Reads a state and restores the network's and the optimiser's.
  ///
  /// - Throws: `TrainingError.unusableState` where the file is another training's.
  init(from url: URL, network: Network, optimizer: Optimizer) throws {
    let file = try TensorFile(contentsOf: url)
    try file.requireSchema(Self.schema, version: Self.schemaVersion, producedBy: "train")
    func unusable(_ problem: String) -> TrainingError {
      .unusableState(file: url.path, problem: problem)
    }
    guard file.metadata["network"] == network.name,
      let stepCount = file.metadata["step_count"].flatMap(Int.init), stepCount >= 0
    else { throw unusable("network or step count") }
    let columns = 8 + 2 * network.classes
    let numbers = try file.scalars(of: "history", as: Double.self, shape: [nil, columns])
    history = try stride(from: 0, to: numbers.count, by: columns).map { first in
      let row = Array(numbers[first..<first + columns])
      guard let record = History.record(from: row, classes: network.classes),
        record.epoch == first / columns + 1
      else { throw unusable("history") }
      return record
    }
    let position = try file.scalars(of: "position", as: Int64.self, shape: [])
    guard let position = position.first.flatMap(Int.init(exactly:)), position >= 0 else {
      throw unusable("position")
    }
    self.position = position
    let counts = try file.scalars(of: "tally.counts", as: Int64.self)
    let lossSum = try file.scalars(of: "tally.loss_sum", as: Double.self, shape: [])
    guard
      let tally = ClassificationTally(
        classes: network.classes, state: counts, lossSum: lossSum.first ?? .nan)
    else { throw unusable("tally") }
    self.tally = tally
    let weights = try network.parameters.map {
      try file.scalars(of: "network.\($0.name)", as: Float.self, shape: $0.shape)
    }
    try optimizer.restore(stepCount: stepCount) { name, shape in
      try file.scalars(of: "optimizer.\(name)", as: Float.self, shape: shape)
    }
    for (parameter, values) in zip(network.parameters, weights) { parameter.load(dense: values) }
  }
}

/// Why training cannot start or go on.
public enum TrainingError: Error, Equatable, CustomStringConvertible {
  /// The loss is infinite or not a number.
  case diverged(epoch: Int, step: Int, rate: Double, lastGood: String)
  /// A file with the state of an interrupted training does not fit this one.
  case unusableState(file: String, problem: String)
  /// Training and held-out images are of different data sets.
  case differentClasses(training: [String], heldout: [String])
  /// Images without the note how they are to be normalised.
  case unprepared(set: String)
  /// Nesterov's look ahead was asked for without a velocity to look along.
  case nesterovWithoutMomentum
  /// The work folder cannot be written.
  case workFolder(path: String, problem: String)

  public var description: String {
    switch self {
    case .diverged(let epoch, let step, let rate, let lastGood):
      "the loss is not finite after step \(step) of epoch \(epoch), learning rate \(rate); the last "
        + "good weights are \(lastGood); try a lower train.optimizer.learning-rate"
    case .unusableState(let file, let problem):
      "\(file): its \(problem) is not that of this training; delete it to start afresh"
    case .differentClasses(let training, let heldout):
      "training images have classes \(training), held-out ones \(heldout); rerun preprocess-and-split"
    case .unprepared(let set):
      "the \(set) images do not say how to normalise them; rerun preprocess-and-split"
    case .nesterovWithoutMomentum:
      "train.optimizer.nesterov is true and momentum is 0; set train.optimizer.momentum, 0.9 for example"
    case .workFolder(let path, let problem):
      "\(path): \(problem); free the disk or mend its permissions, and run again"
    }
  }
}
