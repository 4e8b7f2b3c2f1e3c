import Datasets
import Foundation
import Records
import TensorFiles

/// The outcome for each file of a folder: `pictures.csv`, one line per file.
///
///     file,class,part,image,problem
///     cat/1.jpg,cat,training,0,
///     dog/2.jpg,dog,,,damaged …
///
/// `image` is the index in `train.safetensors`, where validation images follow the training images,
/// or in `test.safetensors`. It is empty if the recipe uses fewer images and not this one.
public struct PictureTable: Sendable {
  private struct Row {
    let file: String
    let className: String
    let part: DataPart?
    /// The index in the part.
    var index: Int?
    let problem: String
  }

  private var rows: [Row] = []
  /// Classes that a part lacks, one line each.
  private let classProblems: [String]

  /// - Parameters:
  ///   - completed: The data set that was made from the folder's images.
  ///   - parts: The indices, among the folder's training images, of the parts that the folder
  ///     lacks.
  ///   - repeated: The repeated images of `completed`.
  public init(
    of images: FolderImages, completed: ParsedDataset, parts: PartIndices,
    repeated: [RepeatedImage]
  ) {
    let files = Self.files(of: images, parts: parts)
    classProblems = completed.thinClasses.map { name, counts in
      let numbers = DataPart.allCases.compactMap { part in
        counts[part].map { "\($0) \(part.rawValue)" }
      }
      return "class '\(name)' has too few pictures: \(numbers.joined(separator: ", "))"
    }
    let again = Dictionary(
      repeated.map { ($0.again, $0) }, uniquingKeysWith: { first, _ in first })
    for part in DataPart.allCases {
      guard let set = completed[part] else { continue }
      for (index, file) in (files[part] ?? []).enumerated() {
        let place = RepeatedImage.Place(part: part, index: index)
        rows.append(
          Row(
            file: file, className: set.classNames[Int(set.labels[index])], part: part,
            index: index,
            problem: again[place].map { Self.text($0, files: files) } ?? ""))
      }
    }
    for file in images.unreadable {
      rows.append(
        Row(
          file: file.path, className: file.className, part: nil, index: nil, problem: file.reason))
    }
  }

  /// The file of each image of the completed set.
  private static func files(of images: FolderImages, parts: PartIndices) -> [DataPart: [String]] {
    let train = images.files[.training] ?? []
    var files = images.files
    files[.training] = parts.training.map { train[$0] }
    if images.dataset.validation == nil {
      files[.validation] = parts.validation.map { train[$0] }
    }
    if images.dataset.test == nil { files[.test] = parts.test.map { train[$0] } }
    return files
  }

  /// The table with only the images at these indices of each part.
  public func taking(_ indices: [DataPart: [Int]]) -> PictureTable {
    var table = self
    for (part, kept) in indices {
      let places = Dictionary(uniqueKeysWithValues: zip(kept, kept.indices))
      for row in table.rows.indices where table.rows[row].part == part {
        table.rows[row].index = table.rows[row].index.flatMap { places[$0] }
      }
    }
    return table
  }

  private static func text(_ image: RepeatedImage, files: [DataPart: [String]]) -> String {
    let first = files[image.first.part]?[image.first.index] ?? ""
    return "the same pixels as \(first) (\(image.first.part.rawValue))"
      + (image.hasTwoLabels ? ", which has another class" : "")
  }

  /// The problems: classes with too few pictures, then `file: problem`, with unreadable files last.
  public var problems: [String] {
    classProblems
      + rows.filter { !$0.problem.isEmpty }.map { "\($0.file): \($0.problem)" }
  }

  /// Writes the table as comma-separated values.
  public func write(to url: URL) throws { try AtomicFile.write(Data(csv.utf8), to: url) }

  /// The table as comma-separated values.
  public var csv: String {
    let trainingImages = rows.count { $0.part == .training && $0.index != nil }
    let lines = rows.map { row in
      let image = row.index.map { $0 + (row.part == .validation ? trainingImages : 0) }
      return CommaSeparatedValues.line([
        row.file, row.className, row.part?.rawValue ?? "", image.map(String.init) ?? "",
        row.problem,
      ])
    }
    return (["file,class,part,image,problem"] + lines).joined(separator: "\n") + "\n"
  }
}
