import Datasets
import Foundation
import Metrics
import Models
import Records
import TensorFiles

/// The checkpoints that an evaluation compares: the listed ones that training has reached.
public struct CheckpointCandidates: Sendable, Equatable {
  /// In the order of the list; at least one.
  public let names: [String]
  /// Listed epochs that come after the last one trained.
  public let unreached: [String]
  /// Epochs trained.
  public let lastEpoch: Int
  /// Whether no listed epoch was reached, so that `names` has only the last checkpoint.
  public let isFallback: Bool

  /// A warning if training ended before a listed epoch; nil otherwise.
  public var warning: String? {
    guard !unreached.isEmpty else { return nil }
    let missing = unreached.joined(separator: ", ")
    let ending =
      lastEpoch > 0
      ? "training ended after epoch \(lastEpoch), before \(missing)"
      : "no epoch was trained, so there is no \(missing)"
    return isFallback
      ? "selection: fallback: \(ending); the last checkpoint is evaluated and selected instead"
      : "\(ending), which can't be compared"
  }
}

extension EvaluationSettings {
  /// The listed checkpoints that training has written to `folder`.
  ///
  /// Training may end before a listed epoch. Such an epoch is skipped; if none is left, the last
  /// checkpoint is used instead.
  ///
  /// - Throws: `EvaluationError.noCheckpoint` for an epoch that was trained but whose checkpoint
  ///   was not kept.
  public func candidates(in folder: URL) throws -> CheckpointCandidates {
    if checkpoints == [Self.selected] {
      let epoch = try epochTrained(file(of: Self.selected, in: folder))
      return CheckpointCandidates(
        names: checkpoints, unreached: [], lastEpoch: epoch, isFallback: false)
    }
    let lastEpoch = try epochTrained(file(of: "last", in: folder))
    let unreached = checkpoints.filter { Self.epoch(named: $0).map { $0 > lastEpoch } ?? false }
    let reached = checkpoints.filter { !unreached.contains($0) }
    for name in reached { _ = try file(of: name, in: folder) }
    return CheckpointCandidates(
      names: reached.isEmpty ? ["last"] : reached, unreached: unreached, lastEpoch: lastEpoch,
      isFallback: reached.isEmpty)
  }

  private func epochTrained(_ file: URL) throws -> Int {
    try Checkpoint.description(of: Checkpoint.open(file)).epoch
  }
}

/// Which of several checkpoints an evaluation selected, and on which images.
///
/// The selected checkpoint is written again with its kind (`SelectionKind`) in the metadata, and
/// with `selected_on_test` if it was selected among several on test images. Training can start from
/// it.
public struct CheckpointSelection: Sendable, Equatable {
  /// The index of the selected checkpoint in the list.
  public let position: Int
  public let kind: SelectionKind
  /// Whether it was selected among several on test images.
  public let choseOnTest: Bool

  static let testKey = "selected_on_test"

  /// Selects the most accurate one; if equal, the earlier epoch, and within an epoch the first.
  ///
  /// - Precondition: there is at least one.
  public init(
    among figures: [EvaluationReport.CheckpointFigures], isFallback: Bool,
    on subject: EvaluationSettings.Subject
  ) {
    precondition(!figures.isEmpty, "a selection among no checkpoints")
    func rank(_ index: Int) -> (Double, Int, Int) {
      (-(figures[index].top1 ?? -.infinity), figures[index].epoch, index)
    }
    position = figures.indices.min { rank($0) < rank($1) } ?? 0
    kind = isFallback ? .fallback : .listed
    choseOnTest = subject == .test && figures.count > 1
  }

  /// Writes the selected checkpoint again, with unchanged tensors and metadata about the selection.
  public func write(_ file: TensorFile, to url: URL) throws {
    var metadata = file.metadata.filter { !TensorFile.reservedKeys.contains($0.key) }
    // Weights that were once a fallback stay one.
    if metadata[SelectionKind.key] != SelectionKind.fallback.rawValue {
      metadata[SelectionKind.key] = kind.rawValue
    }
    if choseOnTest { metadata[Self.testKey] = "true" }
    var writer = TensorFileWriter(
      schema: Checkpoint.schema, schemaVersion: Checkpoint.schemaVersion, metadata: metadata)
    for name in file.names.sorted() {
      let (scalarType, shape) = (try file.scalarType(of: name), try file.shape(of: name))
      try file.withUnsafeBytes(of: name) {
        writer.add(name, scalarType: scalarType, shape: shape, bytes: $0)
      }
    }
    try writer.write(to: url)
  }
}
