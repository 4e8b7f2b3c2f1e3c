import CheckedNumbers
import Comparison
import Datasets
import Explanations
import Figures
import Foundation
import Gnuplot
import Inference
import Inspection
import Notebook
import Planning
import Records
import TensorFiles
import Training

extension FuzzReader {
  static let logReaders = [history, progress, explanations, metrics, manifest, stageSettings]

  /// `history.csv` and `timing.csv`. They are equal after writing and reading them again; curves
  /// have one value for each epoch.
  static let history = FuzzReader("history", longest: 1024) { input in
    let text = input.text
    if let table = try accepted({ try CommaSeparatedValues(parsing: text, file: "history.csv") }) {
      let cells = table.records.map(\.cells)
      let copy = try CommaSeparatedValues(
        parsing: CommaSeparatedValues.text(of: cells), file: "history.csv")
      try promise(copy.records.map(\.cells) == cells, "cells differ, written again")
    }
    let url = try input.file("history.csv")
    if let history = try accepted({ try TrainingHistory(contentsOf: url) }) {
      let count = history.epochs.count
      for curves in [history.training, history.validation] {
        let lengths =
          [curves.loss, curves.top1, curves.top5].map(\.count) + curves.top1OfClass.map(\.count)
        try promise(lengths.allSatisfy { $0 == count }, "curves of \(lengths), \(count) epochs")
      }
      try promise(
        history.training.top1OfClass.count == history.classNames.count, "curves of other classes")
      _ = (history.best, history.efficiency)
      let copy = try TrainingHistory(parsing: history.text, file: "history.csv")
      try promise(copy.text == history.text, "a history differs, written again")
    }
    if let times = try accepted({ try EpochTimes(contentsOf: url) }) {
      let copy = try EpochTimes(parsing: times.text, file: "timing.csv")
      try promise(copy.text == times.text, "times differ, written again")
    }
    _ = try accepted { try TextArtefact.rows(ofCSV: url) }
    for line in try accepted({ try TextArtefact.head(of: url, count: 5, width: 80) }) ?? [] {
      try promise(PrintableText.isPrintable(line), "inspect prints \(line.debugDescription)")
    }
    _ = try accepted {
      try TextArtefact.table(ofCSV: url, count: 5, width: 60, columns: ["*a*", "epoch"])
    }
    for line in try accepted({ try TextArtefact.table(ofCSV: url, count: 5, width: 80) }) ?? [] {
      try promise(PrintableText.isPrintable(line), "inspect prints \(line.debugDescription)")
    }
  }

  /// `progress.json`. The fraction and the remaining time are valid.
  static let progress = FuzzReader("progress", longest: 2048) { input in
    guard let progress = TrainingProgress(parsing: Data(input.bytes)) else { return }
    try promise((0...1).contains(progress.fraction), "a fraction of \(progress.fraction)")
    try promise(progress.secondsLeft.map { $0 >= 0 } ?? true, "time before now")
  }

  /// `schedule.csv`, and `statistics-lag.csv` of the work folder. Planned steps never decrease, and
  /// a lag is equal after writing and reading it again.
  static let explanations = FuzzReader("explanations", longest: 1024) { input in
    if let plan = try accepted({ try RatePlan(parsing: input.text, file: "schedule.csv") }) {
      try promise(plan.epochs.count == plan.rates.count, "steps without a rate")
      try promise(plan.epochs == plan.epochs.sorted(), "steps that go back")
      _ = plan.figure?.script
      try promise(
        try RatePlan(parsing: plan.text, file: "schedule.csv") == plan,
        "a plan differs, written again")
    }
    _ = try input.file(StatisticsLagLog.fileName)
    let log = StatisticsLagLog(folder: input.folder)
    _ = try input.file(StatisticsLagLog.fileName, holding: Array(log.csv.utf8))
    try promise(
      StatisticsLagLog(folder: input.folder).rows == log.rows, "rows differ, written again")
    _ = log.tableRows(classNames: ["cat"])
  }

  /// `metrics.json`. A report is equal after writing and reading it again, and the lines that
  /// `inspect` prints are the same JSON.
  static let metrics = FuzzReader("metrics", longest: 2048) { input in
    let url = try input.file("metrics.json")
    if let report = try accepted({ try EvaluationReport(contentsOf: url) }) {
      let copy = try EvaluationReport(
        parsing: String(decoding: report.json(), as: UTF8.self), file: "metrics.json")
      try promise(copy == report, "a report differs, written again")
    }
    for line in try accepted({ try TextArtefact.indented(json: url) }) ?? [] {
      try promise(PrintableText.isPrintable(line), "inspect prints \(line.debugDescription)")
    }
  }

  /// `manifest.json`. It is equal after writing and reading it again, and `inspect` prints it.
  static let manifest = FuzzReader("manifest", longest: 2048) { input in
    _ = try input.file(Manifest.fileName)
    for line in Provenance(inFolder: input.folder)?.lines() ?? [] {
      try promise(PrintableText.isPrintable(line), "inspect prints \(line.debugDescription)")
    }
    guard let manifest = try? Manifest.decode(Data(input.bytes)) else { return }
    let copy = try Manifest.decode(manifest.encoded())
    try promise(copy == manifest, "a manifest differs, written again")
  }

  /// The settings of stages, for each stage separately.
  static let stageSettings = FuzzReader("settings", longest: 2048) { input in
    var options = StageOptions()
    options.settings = try input.file("settings.json").path
    let given = options
    func section<Section: CheckedSettings>(_ type: Section.Type) throws -> Section? {
      try accepted { try given.settings(as: type) }
    }
    struct Dataset: CheckedSettings {
      let dataset: DatasetSettings
      func check() throws { try dataset.check() }
    }
    struct Preparation: CheckedSettings {
      let split: SplitSettings
      let preprocess: PreprocessSettings
      func check() throws {
        try split.check()
        try preprocess.check()
      }
    }
    struct Train: CheckedSettings {
      let train: TrainingSettings
      func check() throws { try train.check() }
    }
    struct Evaluate: CheckedSettings {
      let evaluate: EvaluationSettings
      func check() throws { try evaluate.check() }
    }

    if let dataset = try section(Dataset.self)?.dataset {
      _ = try accepted { try dataset.location() }
    }
    _ = try section(Preparation.self)
    if let train = try section(Train.self)?.train { _ = train.checkpoint.keeps(epoch: 3) }
    if let evaluate = try section(Evaluate.self)?.evaluate {
      for name in evaluate.checkpoints {
        _ = try accepted { try evaluate.file(of: name, in: input.folder) }
      }
    }
  }
}
