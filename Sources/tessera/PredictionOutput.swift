import Foundation
import PictureFolders
import Prediction
import TensorFiles
import Terminals

/// The pictures that a command line names: files, and for a folder all files in it and below it.
struct PictureArguments {
  /// The file's name in messages, its URL, and whether it was found in a folder.
  let pictures: [(name: String, url: URL, isFromFolder: Bool)]
  let hasFolders: Bool
  /// Folders that can't be read, or hold no files.
  let problems: [String]

  /// - Parameter folder: The base of relative paths.
  init(_ paths: [String], in folder: URL) {
    var pictures: [(name: String, url: URL, isFromFolder: Bool)] = []
    var problems: [String] = []
    var hasFolders = false
    for path in paths {
      let url = URL(fileURLWithPath: path, relativeTo: folder).absoluteURL
      var isFolder: ObjCBool = false
      _ = FileManager.default.fileExists(atPath: url.path, isDirectory: &isFolder)
      guard isFolder.boolValue else {
        pictures.append((path, url, false))
        continue
      }
      hasFolders = true
      let start = path.hasSuffix("/") ? path : path + "/"
      guard let files = try? FolderWalk.files(below: url) else {
        problems.append("\(path): cannot be read as a folder; check its permissions")
        continue
      }
      if files.isEmpty {
        problems.append("\(path): no files in this folder; name one that holds pictures")
      }
      pictures += files.sorted { NaturalOrder.precedes($0.path, $1.path) }
        .map { (start + $0.path, $0.url, true) }
    }
    (self.pictures, self.hasFolders, self.problems) = (pictures, hasFolders, problems)
  }
}

/// The output format of predictions.
enum PredictionForm {
  /// One paragraph per picture, with bars.
  case paragraphs
  /// One line per picture.
  case table, csv, json

  var isTable: Bool { self == .table || self == .csv }
}

/// Prints the predictions for pictures, one after the other.
struct PredictionOutput {
  private let form: PredictionForm
  private let run: String
  private let checkpoint: String
  private let top: Int
  private let table: PredictionTable
  private var counts: [String: Int] = [:]
  private var passedOver = 0

  init(
    _ form: PredictionForm, run: String, checkpoint: String, classNames: [String],
    files: [String], top: Int
  ) {
    (self.form, self.run, self.checkpoint, self.top) = (form, run, checkpoint, top)
    table = PredictionTable(files: files, classNames: classNames, top: top)
  }

  func begin(heading: String) {
    switch form {
    case .paragraphs: print(heading)
    case .table:
      print(heading)
      print(table.header)
    case .csv: print(table.csvHeader)
    case .json: break
    }
  }

  mutating func add(_ file: String, _ answers: [PictureClassifier.Answer]) throws {
    if let first = answers.first { counts[first.className, default: 0] += 1 }
    switch form {
    case .paragraphs:
      printLines(PredictionText.lines(file: file, Array(answers.prefix(top))))
    case .table: print(table.row(file: file, answers))
    case .csv: print(table.csvRow(file: file, answers))
    case .json:
      Output.json(
        try PredictionText.json(
          file: file, run: run, checkpoint: checkpoint, Array(answers.prefix(top))))
    }
  }

  /// Counts a file in a folder that is not a picture.
  mutating func passOver() { passedOver += 1 }

  /// Prints how many pictures were assigned to each class.
  func end() {
    guard form == .table else { return }
    let total = counts.values.reduce(0, +)
    let classes = counts.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let words = classes.prefix(10).map { "\($0.value) \(PrintableText.escaped($0.key))" }
    let more = classes.count > 10 ? ", …" : ""
    let rest =
      passedOver > 0
      ? "; skipped \(NumberText.count(passedOver, "file that is not a picture", "files that are not pictures"))"
      : ""
    print(
      "\(NumberText.count(total, "picture"))"
        + (words.isEmpty ? "" : ": \(words.joined(separator: ", "))\(more)") + rest)
  }
}
