import Datasets
import TensorFiles

/// What became of each file of a folder: `pictures.csv`, a line a file.
///
///     file,class,part,image,problem
///     cat/1.jpg,cat,training,0,
///     dog/2.jpg,dog,,,damaged …
///
/// `image` counts within the images of `train.safetensors`, where validation images follow those to train
/// on, or of `test.safetensors`.
public struct PictureTable: Sendable {
  private struct Row {
    let file: String
    let className: String
    let part: DataPart?
    let image: Int?
    let problem: String
  }

  private var rows: [Row] = []
  /// Classes that a part lacks, a line each.
  private let classProblems: [String]

  /// - Parameters:
  ///   - completed: The data set that was made of the folder's images.
  ///   - parts: Where the parts that the folder does not have stood among its training images.
  ///   - repeated: The repeated images of `completed`.
  public init(
    of images: FolderImages, completed: ParsedDataset, parts: DataParts,
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
      repeated.map { (PictureTable.key($0.again), $0) }, uniquingKeysWith: { first, _ in first })
    for part in DataPart.allCases {
      guard let set = completed[part] else { continue }
      let offset = part == .validation ? completed.train.count : 0
      for (index, file) in (files[part] ?? []).enumerated() {
        let place = RepeatedImage.Place(part: part, index: index)
        rows.append(
          Row(
            file: file, className: set.classNames[Int(set.labels[index])], part: part,
            image: offset + index,
            problem: again[Self.key(place)].map { Self.text($0, files: files) } ?? ""))
      }
    }
    for file in images.unreadable {
      rows.append(
        Row(
          file: file.path, className: file.className, part: nil, image: nil, problem: file.reason))
    }
  }

  /// The file of each image of the completed set.
  private static func files(of images: FolderImages, parts: DataParts) -> [DataPart: [String]] {
    let train = images.files[.training] ?? []
    var files = images.files
    files[.training] = parts.training.map { train[$0] }
    if images.dataset.validation == nil {
      files[.validation] = parts.validation.map { train[$0] }
    }
    if images.dataset.test == nil { files[.test] = parts.test.map { train[$0] } }
    return files
  }

  private static func key(_ place: RepeatedImage.Place) -> String {
    "\(place.part.rawValue) \(place.index)"
  }

  private static func text(_ image: RepeatedImage, files: [DataPart: [String]]) -> String {
    let first = files[image.first.part]?[image.first.index] ?? ""
    return "the same pixels as \(first) (\(image.first.part.rawValue))"
      + (image.hasTwoLabels ? ", which has another class" : "")
  }

  /// The problems: classes with too few pictures, then `file: problem`, those of files that can't be read
  /// last.
  public var problems: [String] {
    classProblems
      + rows.filter { !$0.problem.isEmpty }.map { "\($0.file): \($0.problem)" }
  }

  /// The table as comma-separated values.
  public var csv: String {
    let lines = rows.map { row in
      CommaSeparatedText.line([
        row.file, row.className, row.part?.rawValue ?? "", row.image.map(String.init) ?? "",
        row.problem,
      ])
    }
    return (["file,class,part,image,problem"] + lines).joined(separator: "\n") + "\n"
  }
}
