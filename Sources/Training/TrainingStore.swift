import Foundation
import Models
import Processors
import TensorFiles

/// The files of a training: state and checkpoints that must outlive the process lie in the work
/// folder, until all is published at once.
public struct TrainingStore: Sendable {
  private let folder: URL
  private let description: CheckpointDescription

  /// - Parameters:
  ///   - folder: The work folder; made where it is missing.
  ///   - description: What the weights say of themselves before the first epoch; epoch and figures are
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

  /// Epochs that the weights were trained for before this training.
  var epochsBefore: Int { description.epoch }

  private var stateFile: URL { folder.appendingPathComponent("resume.safetensors") }
  private var bestFile: URL { folder.appendingPathComponent(Self.bestName) }
  private static let bestName = "best.safetensors"

  /// The state of an interrupted training, where there is one.
  var savedState: URL? {
    FileManager.default.fileExists(atPath: stateFile.path) ? stateFile : nil
  }

  /// Notes what computes from here on, beside everything that computed before on this state.
  ///
  /// - Returns: An earlier one that differs: the last bits may then differ from those of an
  ///   undisturbed run.
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

  /// Names the newest weights that are known to be good.
  func lastGood(epochs: Int) -> String {
    epochs > 0 ? "the best so far, \(bestFile.path)" : "the initial ones"
  }

  /// Writes `last`, and copies `best` and the numbered checkpoints; before the first epoch the best
  /// weights are those there are.
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
