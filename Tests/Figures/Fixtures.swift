import Figures
import Foundation
import Gnuplot
import Records
import TestSupport
import Testing

/// Whether figures can be drawn here.
let gnuplotIsInstalled = isInstalled("gnuplot")

/// Runs `body` with a new folder, whose name has special characters, and removes it afterwards.
func withScratchFolder(_ body: (URL) throws -> Void) throws {
  let folder = FileManager.default.temporaryDirectory
    .appending(path: "gnuplot tests 'quoted' \(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  try body(folder)
}

/// The sorted names of all files in `folder`, including hidden ones.
func files(in folder: URL) throws -> [String] {
  try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
}

/// Figures of a history of the classes cat and dog.
func trainingFigures(_ rows: [String], selectedOnTest: Bool = false) throws -> TrainingFigures {
  try TrainingFigures(
    TrainingHistory(parsing: historyText(rows), file: "history.csv"),
    status: RunStatus(data: .official, selectedOnTest: selectedOnTest))
}

/// The evaluation that `text` describes.
func evaluationReport(_ text: String) throws -> EvaluationReport {
  try EvaluationReport(parsing: text, file: "metrics.json")
}
