import Foundation
import Layers
import Metrics
import Models
import TensorFiles

/// The state of a training run between two steps: everything that determines the next steps, and
/// nothing that depends on time or machine.
struct TrainingState {
  /// The finished epochs, with their figures.
  var history: [EpochRecord] = []
  /// Number of images of the current epoch that are trained on.
  var position = 0
  /// The running figures of the current epoch.
  var tally: ClassificationTally

  static let schema = "resume"
  static let schemaVersion = 2

  init(classes: Int) {
    tally = ClassificationTally(classes: classes)
  }

  /// Writes this state and those of the network, the optimiser and the average to one file.
  func write(
    network: Network, optimizer: Optimizer, average: WeightAverage?, to url: URL
  ) throws {
    var writer = TensorFileWriter(
      schema: Self.schema, schemaVersion: Self.schemaVersion,
      metadata: ["network": network.name, "step_count": String(optimizer.stepCount)])
    for parameter in network.parameters {
      writer.add("network.\(parameter.name)", shape: parameter.shape, making: parameter.dense)
    }
    for tensor in optimizer.state {
      writer.add("optimizer.\(tensor.name)", shape: tensor.shape, making: tensor.values)
    }
    for tensor in average?.state ?? [] {
      writer.add("average.\(tensor.name)", shape: tensor.shape, making: tensor.values)
    }
    let columns = 8 + 2 * network.classes
    writer.add(
      "history", shape: [history.count, columns],
      history.flatMap { $0.numbers(classes: network.classes) })
    writer.add("position", shape: [], [Int64(position)])
    writer.add("tally.counts", shape: [3 + 2 * network.classes], tally.state)
    writer.add("tally.loss_sum", shape: [], [tally.lossSum])
    try writer.write(to: url)
  }

  /// Reads this state and restores those of the network, the optimiser and the average.
  ///
  /// - Parameters:
  ///   - epochsBefore: Epochs of an earlier run that this one continues.
  ///   - averagedCount: Returns the number of averaged steps among the first steps.
  /// - Throws: `TrainingError.unusableState` if the file belongs to another run.
  init(
    from url: URL, network: Network, optimizer: Optimizer, average: WeightAverage?,
    epochsBefore: Int, averagedCount: (_ steps: Int) -> Int
  ) throws {
    let file = try TensorFile(contentsOf: url)
    try file.requireSchema(Self.schema, version: Self.schemaVersion, producedBy: "train")
    func unusable(_ problem: String) -> TrainingError {
      .unusableState(file: url.path, problem: problem)
    }
    guard file.metadata["network"] == network.name,
      let stepCount = file.metadata["step_count"].flatMap(Int.init),
      (0...1 << 48).contains(stepCount)
    else { throw unusable("network or step count") }
    let columns = 8 + 2 * network.classes
    let numbers = try file.scalars(of: "history", as: Double.self, shape: [nil, columns])
    history = try stride(from: 0, to: numbers.count, by: columns).map { first in
      let row = Array(numbers[first..<first + columns])
      guard let record = EpochRecord(numbers: row, classes: network.classes),
        record.epoch == epochsBefore + first / columns + 1
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
    func weights(_ parameter: Parameter) throws -> [Float] {
      try file.scalars(of: "network.\(parameter.name)", as: Float.self, shape: parameter.shape)
    }
    for parameter in network.parameters { _ = try weights(parameter) }
    try optimizer.restore(stepCount: stepCount) { name, shape in
      try file.scalars(of: "optimizer.\(name)", as: Float.self, shape: shape)
    }
    try average?.restore(count: averagedCount(stepCount)) { name, shape in
      try file.scalars(of: "average.\(name)", as: Float.self, shape: shape)
    }
    for parameter in network.parameters { parameter.load(dense: try weights(parameter)) }
  }
}
