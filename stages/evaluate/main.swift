//: # Evaluate
//:
//: How good is the classifier on images that taught it nothing? This stage shows a trained network every
//: image of one set and keeps all its answers, so that each figure below can be computed again.
//:
//: | | |
//: |---|---|
//: | reads | `checkpoints`; `validation` or `test`, as `evaluate.on` says |
//: | writes | `metrics.json`; `confusion`, `reliability`; `predictions`: every image's probabilities |
//: | | `mistakes`: the surest wrong answers; `selection`: the checkpoint that the figures are of |
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

//: ## Which checkpoints
//:
//: `evaluate.checkpoint` names one, or several that are to be compared: then the images choose, and what
//: they chose is no longer news to them. That is what validation images are for. Where test images
//: choose, their figures are marked. A training that ended before the first epoch listed leaves its last
//: checkpoint to stand in.

let folder = orExit { try options.input("checkpoints") }
let candidates = orExit { try settings.candidates(in: folder) }
let files = orExit {
  try candidates.names.map { try Checkpoint.open(settings.file(of: $0, in: folder)) }
}

//-
//: ## Asking the network
//:
//: In evaluation, batch norms use the running statistics of training, so an image's answer does not
//: depend on its neighbours in the batch. The answer is the class of the largest probability; *top-5*
//: counts an image as right where its class is among the five largest. The loss is the plain
//: cross-entropy −log p of the true class, whatever the network was trained on.
//:
//: With `evaluate.flip` the network sees each image twice, as it is and mirrored left to right, and p is
//: the mean of its two answers: what it has learnt of a thing should not depend on where it faces.

let pool = WorkerPool(threadCount: options.threads)
orExit { try options.record(numerics: Numerics.current) }
let loader = BatchLoader(images, normalization: normalization)
let evaluations = orExit {
  try zip(candidates.names, files).map { name, file in
    try Evaluation(name, file, on: loader, averagingMirrorImages: settings.flip, pool: pool)
  }
}
let selection = CheckpointSelection(
  among: evaluations.map(\.figures), isFallback: candidates.isFallback, on: settings.on)

show(
  table: Table(
    header: ["checkpoint", "epoch", "images", "top-1 %", "top-5 %", "cross-entropy", "selected"],
    rows: evaluations.enumerated().map { position, evaluation in
      let figures = evaluation.figures
      return [
        figures.checkpoint, "\(figures.epoch)", "\(images.count)", decimals(figures.top1, 2),
        decimals(figures.top5, 2), decimals(figures.loss, 4),
        position == selection.position ? "yes" : "",
      ]
    }))
if settings.flip { show("each answer is the mean of those to the image and its mirror image") }

//-
//: ## Reservations
//:
//: Three things can make a figure less than it seems: images that are not the official ones, a model
//: that was selected on the very images that now test it, and a selection that had nothing to choose
//: from. They travel with data and weights and are repeated wherever a figure stands.

let weights = orExit { try Checkpoint.description(of: files[selection.position]) }
let reservations = settings.reservations(
  images: images, weights: weights, candidates: candidates, selection: selection)
for reservation in reservations { warn(reservation) }

//-
//: ## Class by class
//:
//: One accuracy hides ten. For each class: of the images predicted to be it, how many were (*precision*);
//: of the images that are it, how many were found (*recall*); and their harmonic mean,
//: F1 = 2·P·R / (P + R), which is high only where both are. The mean is that of the classes, each
//: counting the same.
//:
//: The figures that follow are those of the checkpoint selected.

let evaluation = evaluations[selection.position]
let report = EvaluationReport(
  of: .init(
    on: settings.on.rawValue, dataStatus: images.dataStatus.rawValue,
    source: images.source.rawValue,
    selectedOnTest: settings.selectedOnTest(
      images: images, weights: weights, selection: selection),
    flip: settings.flip, classNames: images.classNames, warnings: reservations),
  checkpoints: evaluations.map(\.figures), selected: selection.position,
  selection: selection.kind.rawValue, count: images.count, confusion: evaluation.confusion,
  reliability: evaluation.reliability)

let scores = report.perClass.map {
  [
    $0.name, "\($0.support)", decimals($0.precision, 2), decimals($0.recall, 2),
    decimals($0.f1, 2),
  ]
}
let means = [report.macro.precision, report.macro.recall, report.macro.f1].map { decimals($0, 2) }
show(
  table: Table(
    header: ["class", "images", "precision %", "recall %", "F1 %"],
    rows: scores + [["mean", "\(images.count)"] + means]))

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
//: The report for people and programs, and the arrays behind it. `mistakes` holds the wrong answers of
//: which the network was surest, with their images: some are the label's fault. `selection` is the
//: selected checkpoint once more, from which a later training may start. Last a check of what was
//: promised.

orExit {
  try AtomicFile.write(report.json(), to: options.output("metrics.json"))
  try evaluation.write(to: URL(fileURLWithPath: options.output), images: images, on: settings.on)
  try selection.write(
    files[selection.position], to: options.output("selection.safetensors"))
}
let drift = evaluation.largestProbabilityDrift
guard drift < 1e-5 else {
  exitWithError("probabilities of an image sum to 1 ± \(drift); the weights are damaged")
}
show("every image's probabilities sum to 1 within \(drift)")
