import CheckedNumbers
import Foundation
import Records
import TensorFiles

/// The `evaluate` section of a recipe.
public struct EvaluationSettings: CheckedSettings, Sendable {
  /// Which images to evaluate on.
  public enum Subject: String, Decodable, Sendable { case validation, test }

  public let on: Subject
  /// The checkpoints to compare.
  public let checkpoints: [String]
  /// The views of each image that an answer averages.
  public let views: ImageViews
  private let viewsFraction: Double

  /// The name of a checkpoint that another evaluation selected, when it is given instead of a
  /// training run's.
  public static let selected = "selected"

  private enum CodingKeys: String, CodingKey { case on, checkpoint, flip, views, viewsFraction }

  /// Reads `checkpoint` as a name or as a list of names.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    on = try container.decode(Subject.self, forKey: .on)
    let flip = try container.decode(Bool.self, forKey: .flip)
    let kind = try container.decode(ImageViews.Kind.self, forKey: .views)
    viewsFraction = try container.decode(Double.self, forKey: .viewsFraction)
    views = flip && kind == .plain ? .flip : ImageViews(kind, fraction: viewsFraction)
    if let name = try? container.decode(String.self, forKey: .checkpoint) {
      checkpoints = [name]
    } else {
      checkpoints = try container.decode([String].self, forKey: .checkpoint)
    }
  }

  /// Checks that there is something to evaluate.
  public func check() throws {
    guard !checkpoints.isEmpty else {
      throw SettingOutOfRange(
        key: "evaluate.checkpoint", found: "an empty list", expected: "a name or a list of names")
    }
    try SettingRange(most: 1, above: 0).check(viewsFraction, "evaluate.views-fraction")
  }

  /// The number in "epoch-160"; nil for other names.
  static func epoch(named name: String) -> Int? {
    name.hasPrefix("epoch-") ? Int(name.dropFirst("epoch-".count)) : nil
  }

  /// The file of a checkpoint in the folder to which `train` published it; for `selected`, the URL
  /// is that of the file itself instead of a folder.
  ///
  /// - Throws: `EvaluationError.noCheckpoint` with the names of the existing checkpoints, or
  ///   `EvaluationError.noSelection`.
  public func file(of name: String, in folder: URL) throws -> URL {
    if (name == Self.selected) != Self.isFile(folder) {
      throw EvaluationError.noSelection(name: name, place: folder.path)
    }
    if name == Self.selected { return folder }
    var fileName = name
    if let epoch = Self.epoch(named: name) {
      fileName = "epoch-" + String(repeating: "0", count: max(3 - "\(epoch)".count, 0)) + "\(epoch)"
    }
    let url = folder.appendingPathComponent("\(fileName).safetensors")
    guard FileManager.default.fileExists(atPath: url.path) else {
      let files = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
      let names = files.filter { $0.hasSuffix(".safetensors") }
        .map { String($0.dropLast(".safetensors".count)) }
        .filter { ["best", "last"].contains($0) || $0.hasPrefix("epoch-") }
      throw EvaluationError.noCheckpoint(
        name: name, folder: folder.path, present: names.sorted())
    }
    return url
  }

  /// Checks that a training run keeps the listed checkpoints, as far as it reaches them.
  ///
  /// - Parameters:
  ///   - training: The name of the run, for errors.
  ///   - epochs: The maximum number of epochs of the run.
  ///   - keeps: Whether the run keeps the weights of an epoch.
  /// - Throws: `EvaluationError.noCheckpoint` for an epoch that would be trained but not kept,
  ///   `EvaluationError.noSelection` for `selected`, which no training run writes.
  public func check(
    keptBy training: String, epochs: Int, keeps: (Int) -> Bool
  ) throws(EvaluationError) {
    for name in checkpoints {
      if name == Self.selected { throw .noSelection(name: name, place: training) }
      guard let epoch = Self.epoch(named: name), (1...max(epochs, 1)).contains(epoch),
        epoch <= epochs, !keeps(epoch)
      else { continue }
      let kept = (1...epochs).filter(keeps).map { "epoch-\($0)" }
      throw .noCheckpoint(name: name, folder: training, present: ["best", "last"] + kept)
    }
  }

  private static func isFile(_ url: URL) -> Bool {
    var isFolder: ObjCBool = false
    let exists = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
    return exists && !isFolder.boolValue
  }
}

/// Why a checkpoint can't be evaluated.
public enum EvaluationError: PrintableError, Equatable {
  /// The training run kept no checkpoint of that name.
  case noCheckpoint(name: String, folder: String, present: [String])
  /// `selected` with a training run's checkpoints as input, or another name with a selection as
  /// input.
  case noSelection(name: String, place: String)
  /// The network and the images have different classes.
  case differentClasses(checkpoint: String, expected: [String], found: [String])
  /// The network's output for an image is not finite.
  case notFinite(checkpoint: String, image: Int)
  /// Images that don't record their normalisation.
  case unprepared

  public var message: String {
    switch self {
    case .noCheckpoint(let name, let folder, let present):
      present.isEmpty
        ? "\(folder) has no checkpoint '\(name)', nor any other; rerun train: "
          + "./pipeline.sh run RECIPE --from train --force"
        : "\(folder) has no checkpoint '\(name)', only \(present.joined(separator: ", ")); change "
          + "evaluate.checkpoint, or keep that epoch with train.checkpoint.epochs"
    case .noSelection(let name, let place):
      name == EvaluationSettings.selected
        ? "\(place) is not a selection; for evaluate.checkpoint 'selected', bind the step's input "
          + "'checkpoints' to an earlier evaluation's 'selection'"
        : "\(place) is one selected checkpoint and has no '\(name)'; say evaluate.checkpoint: selected"
    case .differentClasses(let checkpoint, let expected, let found):
      "\(checkpoint): its classes are \(found), the images' \(expected); rerun train on "
        + "these images: ./pipeline.sh run RECIPE --from train --force"
    case .notFinite(let checkpoint, let image):
      "\(checkpoint): the answer to image \(image) is not finite, because its weights are too large for "
        + "float32; evaluate another checkpoint"
    case .unprepared:
      "the images do not say how to normalise them; rerun preprocess-and-split: "
        + "./pipeline.sh run RECIPE --from preprocess-and-split --force"
    }
  }
}
