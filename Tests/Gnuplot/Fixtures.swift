import Foundation
import Gnuplot
import Testing

/// Whether figures can be drawn here.
let gnuplotIsInstalled = (try? Renderer()) != nil

/// Names that break careless quoting: every one is legal in a recipe or a data set of one's own.
let hostileNames = [
  "it's", "say \"hi\"", "back\\slash\\", "two\nlines", "100 % sure %d %s", "`touch canary`",
  "@macro $1 #no", "a,b;c", "{curly} } {", "漢字 und Übermaß", String(repeating: "long ", count: 20),
  "", "under_score^2",
]

/// Runs `body` with a new folder of an awkward name and removes it afterwards.
func withScratchFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "gnuplot tests 'quoted' \(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

/// The names of all files in `folder`, hidden ones too, sorted.
func files(in folder: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}

/// A history's text: two classes, `rows` as they stand.
func historyText(_ rows: [String], classes: [String] = ["cat", "dog"]) -> String {
  let header =
    [
      "epoch", "learning_rate", "train_loss", "train_top1", "train_top5", "validation_loss",
      "validation_top1", "validation_top5",
    ] + classes.map { "train_top1." + $0 } + classes.map { "validation_top1." + $0 }
  return CommaSeparatedValues.text(of: [header]) + rows.map { $0 + "\n" }.joined()
}

/// Figures of a history of the classes cat and dog.
func trainingFigures(_ rows: [String], selectedOnTest: Bool = false) throws -> TrainingFigures {
  try TrainingFigures(
    TrainingHistory(parsing: historyText(rows), file: "history.csv"),
    status: RunStatus(data: .official, selectedOnTest: selectedOnTest))
}

/// An evaluation's JSON; `replacing` swaps one piece of its text.
func summaryText(
  replacing old: String = "", with new: String = "", selectedOnTest: Bool = false,
  names: [String] = ["cat", "dog"]
) -> String {
  func quoted(_ text: String) -> String {
    String(decoding: (try? JSONEncoder().encode(text)) ?? Data(), as: UTF8.self)
  }
  let classes = names.map {
    "{\"name\": \(quoted($0)), \"support\": 5, \"accuracy\": 60.0, "
      + "\"precision\": 75.0, \"recall\": 60.0, \"f1\": null}"
  }
  let text = """
    {"top1": 70.0, "top5": 100.0, "loss": 0.5, "count": 1000, "on": "validation",
     "checkpoint": "best", "epoch": 2, "data_status": "unverified", "source": "cifar-10",
     "selected_on_test": \(selectedOnTest), "class_names": [],
     "per_class": [\(classes.joined(separator: ", "))],
     "macro": {"precision": 70.0, "recall": 65.0, "f1": null}}
    """
  return old.isEmpty ? text : text.replacing(old, with: new)
}

/// The evaluation that `text` describes, read from a file.
func summary(_ text: String) throws -> EvaluationSummary {
  var result: Result<EvaluationSummary, any Error>?
  try withScratchFolder { folder in
    let url = folder.appending(path: "metrics.json")
    try Data(text.utf8).write(to: url)
    result = Result { try EvaluationSummary(contentsOf: url) }
  }
  return try #require(result).get()
}
