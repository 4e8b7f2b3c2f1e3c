import Datasets
import Foundation
import Models
import TensorFiles

/// A checkpoint that a training goes on from: its weights, and the number of its epoch.
public struct StartingCheckpoint {
  /// How the checkpoint came to be the one, in its metadata under `selection`.
  public enum Selection: String, Sendable {
    /// It was the best among those that were listed.
    case listed
    /// The training ended before any that was listed, so it is the last.
    case fallback
  }

  public let description: CheckpointDescription
  /// Nil where the file does not say.
  public let selection: Selection?
  private let file: TensorFile

  /// - Throws: `TrainingError.unusableStart` where the weights are another network's, of other classes or
  ///   of images normalised in another way.
  public init(
    contentsOf url: URL, for network: Network, trainedOn images: ImageSet
  ) throws {
    file = try Checkpoint.open(url)
    let description = try Checkpoint.description(of: file)
    self.description = description
    let expected = CheckpointDescription(
      network, precision: description.precision, trainedOn: images, data: .training)
    func require<Value: Equatable>(_ what: String, _ path: KeyPath<CheckpointDescription, Value>)
      throws
    {
      guard description[keyPath: path] == expected[keyPath: path] else {
        throw TrainingError.unusableStart(
          file: url.path, what: what, expected: "\(expected[keyPath: path])",
          found: "\(description[keyPath: path])")
      }
    }
    try require("network", \.network)
    try require("configuration", \.configuration)
    try require("classes", \.classNames)
    try require("normalisation", \.normalization)
    selection = try description.origin["selection"].map { word in
      guard let selection = Selection(rawValue: word) else {
        throw TrainingError.unusableStart(
          file: url.path, what: "selection", expected: "listed or fallback", found: word)
      }
      return selection
    }
  }

  /// Gives the weights to a network.
  public func load(into network: Network) throws { try Checkpoint.load(file, into: network) }
}

extension TrainingSettings {
  /// These settings for a training that goes on from `start`: with no epochs where there was nothing to
  /// choose it among.
  public func goingOn(from start: StartingCheckpoint?) -> TrainingSettings {
    guard start?.selection == .fallback else { return self }
    var settings = self
    settings.epochs = 0
    return settings
  }
}
