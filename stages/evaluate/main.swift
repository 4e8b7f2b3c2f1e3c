//: # Evaluate
//:
//: How good is the classifier on images that taught it nothing? This stage shows a trained network every
//: image of one set and keeps all its answers, so that each figure below can be computed again.
//:
//: | | |
//: |---|---|
//: | reads | `checkpoints`; `validation` or `test`, as `evaluate.on` says |
//: | writes | `metrics.json`; `confusion`, `reliability`; `predictions`: every image's probabilities |
//: | promises | one probability vector an image, each of which sums to one |
//:
//: No stage that learns is handed the test images, unless the recipe follows a published protocol that
//: selects on them; here they are opened only where `evaluate.on` says so. Each look at them that changes
//: a decision makes them a little less of a test.

import Datasets
import Foundation
import Inference
import Kernels
import Loading
import Metrics
import Models
import Notebook
import TensorFiles

let options = StageOptions.parseForStage()

struct Settings: Decodable {
  let evaluate: EvaluationSettings
}

let settings = orExit { try options.settings(as: Settings.self) }.evaluate
let images = orExit {
  try ImageSet(contentsOf: options.input(settings.on.rawValue), producedBy: "preprocess-and-split")
}
let normalization = orExit { try images.requiredNormalization() }

//: ## Reservations
//:
//: Two things can make a figure less than it seems: images that are not the official ones, and a model
//: that was selected on the very images that now test it. Both travel with the data and are repeated
//: wherever a figure stands.

let reservations = images.reservations(testing: settings.on == .test)
for reservation in reservations { warn(reservation) }
orExit { try options.record(numerics: Numerics.current) }

//-
//: ## Asking the network
//:
//: In evaluation, batch norms use the running statistics of training, so an image's answer does not
//: depend on its neighbours in the batch. The answer is the class of the largest probability; *top-5*
//: counts an image as right where its class is among the five largest.

let pool = WorkerPool(threadCount: options.threads)
let evaluations = orExit {
  try settings.checkpoints.map { name in
    let file = try Checkpoint.open(checkpointFile(name))
    return try Evaluation(
      name, file, on: BatchLoader(images, normalization: normalization), pool: pool)
  }
}

func checkpointFile(_ name: String) throws -> URL {
  try settings.file(of: name, in: options.input("checkpoints"))
}

show(
  table: Table(
    header: ["checkpoint", "epoch", "images", "top-1 %", "top-5 %", "loss"],
    rows: evaluations.map {
      [
        $0.figures.checkpoint, "\($0.figures.epoch)", "\(images.count)",
        decimals($0.figures.top1, 2), decimals($0.figures.top5, 2), decimals($0.figures.loss, 4),
      ]
    }))

//-
//: ## Class by class
//:
//: One accuracy hides ten. For each class: of the images predicted to be it, how many were (*precision*);
//: of the images that are it, how many were found (*recall*); and their harmonic mean,
//: F1 = 2·P·R / (P + R), which is high only where both are.
//:
//: The figures that follow are those of the first checkpoint listed.

let evaluation = evaluations[0]
let report = EvaluationReport(
  of: .init(
    on: settings.on.rawValue, dataStatus: images.dataStatus.rawValue,
    source: images.source.rawValue, selectedOnTest: images.preparation?.selectedOnTest ?? false,
    classNames: images.classNames, warnings: reservations),
  checkpoints: evaluations.map(\.figures), count: images.count, confusion: evaluation.confusion,
  reliability: evaluation.reliability)

show(
  table: Table(
    header: ["class", "images", "precision %", "recall %", "F1 %"],
    rows: report.perClass.map {
      [
        $0.name, "\($0.support)", decimals($0.precision, 2), decimals($0.recall, 2),
        decimals($0.f1, 2),
      ]
    }))

//: And what is taken for what. The pairs below are the largest numbers off the diagonal of the confusion
//: matrix, whose rows are the true classes and whose columns the answers.

show(
  table: Table(
    header: ["is", "taken for", "images", "of its class %"],
    rows: report.mostConfused.prefix(5).map {
      [$0.truth, $0.predicted, "\($0.count)", decimals($0.share, 1)]
    }))

//-
//: ## Can its confidence be believed?
//:
//: Among answers given with 80 % confidence, 80 % should be right. The *expected calibration error* is
//: the mean distance from that, over 15 bins of confidence (Guo et al., 2017, section 2).

show("expected calibration error \(decimals(100 * report.expectedCalibrationError, 2)) %")

//-
//: ## What is kept
//:
//: The report for people and programs, and the arrays behind it. Last a check of what was promised.

orExit {
  try AtomicFile.write(report.json(), to: options.output("metrics.json"))
  try evaluation.write(to: URL(fileURLWithPath: options.output), images: images, on: settings.on)
}
let drift = evaluation.largestProbabilityDrift
guard drift < 1e-5 else {
  exitWithError("probabilities of an image sum to 1 ± \(drift); the weights are damaged")
}
show("every image's probabilities sum to 1 within \(drift)")
