import Comparison
import Foundation
import Planning
import Records
import TensorFiles

/// The results of a finished run of a sweep.
public struct RunOutcome: Sendable {
  public let run: Sweep.Run
  /// The accuracy in percent of the last evaluation on test images, or of the last evaluation if
  /// there is none on test images; nil without an evaluation.
  public let top1: Double?
  /// The images that `top1` was measured on: `validation`, `test` or others.
  public let images: String?
  /// The best validation accuracy, and its epoch.
  public let best: (epoch: Int, top1: Double)?
  /// The epochs of `top1OfEpoch`.
  public let epochs: [Int]
  /// Percent.
  public let top1OfEpoch: [Double?]
  public let lossOfEpoch: [Double?]
  /// The seconds of all trainings; nil if one is not known.
  public let trainingSeconds: Double?
  /// The numerics as one text; empty if they are not known.
  public let numerics: String
  /// Missing or unreadable parts, one line each.
  public let remarks: [String]

  /// Reads the results. Steps are identified by their outputs `history` and `metrics`.
  init(_ run: Sweep.Run, plan: RunPlan, in project: Project) {
    self.run = run
    var remarks = Remarks(of: run.name)
    var histories: [TrainingHistory] = []
    var evaluations: [EvaluationReport] = []
    var seconds: [Double] = []
    var numerics: [String] = []
    for planned in plan.steps {
      guard case .current(let manifest) = planned.state,
        let artefact = project.artefact(stage: manifest.stage, key: manifest.key)
      else { continue }
      func file(_ output: String) -> URL? {
        manifest.outputs.first { $0.name == output }?.files.first.map {
          artefact.folder.appendingPathComponent($0.file)
        }
      }
      if let file = file("history"),
        let history = remarks.reading({ try TrainingHistory(contentsOf: file) })
      {
        histories.append(history)
        if let record = artefact.record(EpochTimes.fileName),
          let times = remarks.reading({ try EpochTimes(contentsOf: record) })
        {
          seconds.append(times.total)
        }
      }
      if let file = file("metrics"),
        let evaluation = remarks.reading({ try EvaluationReport(contentsOf: file) })
      {
        evaluations.append(evaluation)
      }
      if let record = manifest.numerics { numerics.append(Self.text(of: record)) }
    }
    let evaluation = evaluations.last { $0.isOnTest } ?? evaluations.last
    let history = histories.first { $0.best != nil } ?? histories.first
    top1 = evaluation?.top1
    images = evaluation?.subject
    best = history?.best
    epochs = history?.epochs ?? []
    top1OfEpoch = history?.validation.top1 ?? []
    lossOfEpoch = history?.validation.loss ?? []
    trainingSeconds =
      seconds.count == histories.count && !seconds.isEmpty ? seconds.reduce(0, +) : nil
    self.numerics = Set(numerics).sorted().joined(separator: "; ")
    self.remarks = remarks.lines
  }

  private static func text(of record: JSONValue) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(record)).map { String(decoding: $0, as: UTF8.self) } ?? ""
  }
}
