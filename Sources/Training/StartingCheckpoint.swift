import Datasets
import Foundation
import Models
import Records
import TensorFiles

/// A checkpoint that a training run continues from: its weights and its epoch number.
public struct StartingCheckpoint {
  public let description: CheckpointDescription
  /// Nil if the file does not record it.
  public let selection: SelectionKind?
  private let file: TensorFile

  /// - Throws: `TrainingError.unusableStart` if the weights belong to another network, to other
  ///   classes or to images with another normalisation.
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
    selection = try description.origin[SelectionKind.key].map { word in
      guard let selection = SelectionKind(rawValue: word) else {
        throw TrainingError.unusableStart(
          file: url.path, what: SelectionKind.key, expected: "listed or fallback", found: word)
      }
      return selection
    }
  }

  /// Loads the weights into a network.
  public func load(into network: Network) throws { try Checkpoint.load(file, into: network) }
}

extension TrainingSettings {
  /// The settings for a run that continues from `start`: with zero epochs if `start` is a fallback.
  public func goingOn(from start: StartingCheckpoint?) -> TrainingSettings {
    guard start?.selection == .fallback else { return self }
    var settings = self
    settings.epochs = 0
    return settings
  }
}
