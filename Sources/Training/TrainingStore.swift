import Foundation
import Models
import Processors
import TensorFiles

/// The files of a training run. State and checkpoints, which must survive the process, stay in the
/// work folder until all are published together.
public struct TrainingStore: Sendable {
  let folder: URL
  private let description: CheckpointDescription

  /// - Parameters:
  ///   - folder: The work folder; created if it is missing.
  ///   - description: The description of the weights before the first epoch; epoch and figures are
  ///     filled in.
  public init(folder: URL, description: CheckpointDescription) throws {
    self.folder = folder
    self.description = description
    do {
      try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    } catch {
      throw TrainingError.workFolder(path: folder.path, problem: error.localizedDescription)
    }
  }

  /// Epochs that the weights were trained for before this run.
  var epochsBefore: Int { description.epoch }

  private var stateFile: URL { folder.appendingPathComponent("resume.safetensors") }
  private var bestFile: URL { folder.appendingPathComponent(Self.bestName) }
  private static let bestName = "best.safetensors"

  /// The state of an interrupted run, if there is one.
  var savedState: URL? {
    FileManager.default.fileExists(atPath: stateFile.path) ? stateFile : nil
  }

  /// Records the present numerics, next to those of every earlier process that computed on this
  /// state.
  ///
  /// - Returns: Earlier numerics that differ, if any: the last bits may then differ from those of
  ///   an uninterrupted run.
  public func note(_ numerics: Numerics) throws -> Numerics? {
    let file = folder.appendingPathComponent("numerics.json")
    let noted = savedState == nil ? nil : try? Data(contentsOf: file)
    var all = noted.flatMap { try? JSONDecoder().decode([Numerics].self, from: $0) } ?? []
    if !all.contains(where: { $0.agrees(with: numerics) }) { all.append(numerics) }
    try AtomicFile.write(JSONEncoder().encode(all), to: file)
    return all.first { !$0.agrees(with: numerics) }
  }

  func save(_ write: (URL) throws -> Void) throws { try write(stateFile) }

  func keepBest(_ network: Network, after record: EpochRecord) throws {
    try Checkpoint.write(network, describing(record), to: bestFile)
  }

  func keep(_ network: Network, after record: EpochRecord) throws {
    try Checkpoint.write(
      network, describing(record),
      to: folder.appendingPathComponent(Self.fileName(epoch: record.epoch)))
  }

  /// A text that names the newest usable weights.
  func lastGood(epochs: Int) -> String {
    epochs > 0 ? "the best so far, \(bestFile.path)" : "the initial ones"
  }

  /// Writes `last`, and copies `best` and the numbered checkpoints. Before the first epoch, the
  /// current weights are written as `best`.
  func publish(_ network: Network, history: [EpochRecord], to target: URL) throws {
    try Checkpoint.write(
      network, describing(history.last), to: target.appendingPathComponent("last.safetensors"))
    if history.isEmpty {
      try Checkpoint.write(
        network, describing(nil), to: target.appendingPathComponent(Self.bestName))
      return
    }
    for name in [Self.bestName] + history.map({ Self.fileName(epoch: $0.epoch) }) {
      let source = folder.appendingPathComponent(name)
      guard FileManager.default.fileExists(atPath: source.path) else { continue }
      try AtomicFile.write(
        Data(contentsOf: source, options: .alwaysMapped), to: target.appendingPathComponent(name))
    }
  }

  /// "epoch-007.safetensors".
  static func fileName(epoch: Int) -> String {
    let digits = String(epoch)
    return "epoch-\(String(repeating: "0", count: max(3 - digits.count, 0)))\(digits).safetensors"
  }

  private func describing(_ record: EpochRecord?) -> CheckpointDescription {
    guard let record else { return description }
    var copy = description
    copy.epoch = record.epoch
    if let validation = record.validation {
      copy.origin["validation_loss"] = "\(validation.loss)"
      copy.origin["validation_top1"] = "\(validation.top1)"
    }
    return copy
  }
}
