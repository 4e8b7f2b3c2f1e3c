import Foundation

/// The `evaluate` section of a recipe.
public struct EvaluationSettings: Decodable, Sendable {
  /// Which images to evaluate on.
  public enum Subject: String, Decodable, Sendable { case validation, test }

  public let on: Subject
  /// The checkpoints to evaluate, the main one first.
  public let checkpoints: [String]

  private enum CodingKeys: String, CodingKey { case on, checkpoint }

  /// Reads `checkpoint` as a name or as a list of names.
  public init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: CodingKeys.self)
    on = try container.decode(Subject.self, forKey: .on)
    if let name = try? container.decode(String.self, forKey: .checkpoint) {
      checkpoints = [name]
    } else {
      checkpoints = try container.decode([String].self, forKey: .checkpoint)
    }
  }

  /// The file of a checkpoint in the folder where `train` published it.
  ///
  /// - Throws: `EvaluationError.noCheckpoint` with the names of those there are.
  public func file(of name: String, in folder: URL) throws -> URL {
    var fileName = name
    if name.hasPrefix("epoch-"), let epoch = Int(name.dropFirst("epoch-".count)) {
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
}

/// Why a checkpoint cannot be evaluated.
public enum EvaluationError: Error, Equatable, CustomStringConvertible {
  /// The training kept no checkpoint of that name.
  case noCheckpoint(name: String, folder: String, present: [String])
  /// The network and the images have different classes.
  case differentClasses(checkpoint: String, expected: [String], found: [String])
  /// Images without the note how they are to be normalised.
  case unprepared

  public var description: String {
    switch self {
    case .noCheckpoint(let name, let folder, let present):
      present.isEmpty
        ? "\(folder) has no checkpoint '\(name)', nor any other; rerun train"
        : "\(folder) has no checkpoint '\(name)', only \(present.joined(separator: ", ")); change "
          + "evaluate.checkpoint, or keep that epoch with train.checkpoint.epochs"
    case .differentClasses(let checkpoint, let expected, let found):
      "\(checkpoint): its classes are \(found), the images' \(expected); rerun train on these images"
    case .unprepared:
      "the images do not say how to normalise them; rerun preprocess-and-split"
    }
  }
}
