//: # Train
//:
//: A network is a function with many numbers in it. Training starts from random numbers, shows the
//: function a few images at a time, measures by a *loss* how wrong its answers are, and moves every
//: number a little way down the slope of that loss. This stage does so until the recipe says enough.
//:
//: | | |
//: |---|---|
//: | reads | `training` and `validation` images; the recipe's section `train`; `start`, where a step binds it |
//: | writes | `best`, `last` and listed `epoch-NNN` checkpoints, under PyTorch's names |
//: | | `history.csv`: every figure of every epoch; `timing.csv`; `filters`; `resume` |
//: | promises | the same recipe gives the same bits, on any number of threads, stopped or not |
//:
//: The test images are no input: what this stage cannot open it cannot learn from. (A recipe that says
//: `split.validation: test`, as some published ones do, hands them over as `validation`, and is marked.)

import Datasets
import Foundation
import Kernels
import Loading
import Models
import Notebook
import TensorFiles
import Training

let options = StageOptions.parseForStage()

struct Settings: Decodable {
  let train: TrainingSettings
}

let settings = orExit { try options.settings(as: Settings.self) }.train

//: The validation images are held out: they measure each epoch and teach nothing. Only a recipe that has
//: made its choices lets them train too, with `train.data: training-and-validation`; then nothing is left
//: to measure with, and the last epoch counts as the best.

let images = orExit {
  try TrainingImages(
    settings.data, training: imageSet("training"), validation: imageSet("validation"))
}

func imageSet(_ name: String) throws -> ImageSet {
  try ImageSet(contentsOf: options.input(name), producedBy: "preprocess-and-split")
}

//: ## The machine
//:
//: Results repeat bit for bit as long as compiler, processor and the BLAS library's kernels stay the
//: same; sums are cut into fixed pieces, so the number of threads does not matter. What was in force is
//: kept beside the weights.

let pool = WorkerPool(threadCount: options.threads)
let numerics = Numerics.current
orExit { try options.record(numerics: numerics) }
show("\(numerics.processor), \(numerics.blasCore) BLAS kernels, \(options.threads) threads")
for warning in numerics.warnings { warn(warning) }

//-
//: ## The network
//:
//: Layers with weights drawn at random, spread as 1/√n, where n is how many numbers feed one output, so
//: that signals neither fade nor explode on their way through. Where `train.init-from` names a file, its
//: weights take their place. The table counts what is learnt, and multiplications with an addition (MACs);
//: of a deep network the layers of a block, or of a stage, share a row.

let network = orExit {
  try NetworkCatalog.network(
    named: settings.network, configuration: settings.architecture,
    classes: images.training.classNames.count)
}
network.initialize(seed: settings.seed)
if let file = settings.initFrom {
  orExit {
    try Checkpoint.load(TensorFile(contentsOf: URL(fileURLWithPath: file)), into: network)
  }
  show("initial weights from \(file)")
}

show(
  table: Table(
    header: NetworkSummary.header, rows: network.summary.condensed(to: 40).cells))

//-
//: ## Going on from an earlier training
//:
//: A recipe may train in two steps: choose an epoch of the first on the validation images, then go on from
//: its weights on all images. The second step is bound to that checkpoint as `start`. Its epochs are
//: numbered on from the checkpoint's, so that it shuffles and augments as that training would have gone
//: on to; its schedule counts its own, and the optimiser begins without a memory.
//:
//: Where the first training ended before any of the epochs to choose among, there was no choice, and going
//: on at the rate of a late epoch would train nothing worth having. Then this step trains for no epoch and
//: passes the weights on as they are, with the word `fallback` in their metadata.

let start = orExit {
  try options.optionalInput("start").map { file in
    try StartingCheckpoint(contentsOf: file, for: network, trainedOn: images.training)
  }
}
if let start {
  orExit { try start.load(into: network) }
  show("weights after epoch \(start.description.epoch) of an earlier training")
  if start.selection == .fallback {
    warn("skipped: the earlier training ended before the epochs to choose among; its weights stay")
  }
}

//: The trainer owns the rest: the memory for one batch, laid out once, and the optimiser. If an earlier
//: run of the same recipe was cut short, its state lies in the work folder, and training goes on where
//: it stood, in the middle of an epoch if need be.

let store = orExit {
  try TrainingStore(
    folder: URL(fileURLWithPath: options.work),
    description: CheckpointDescription(
      network, trainedOn: images.training, data: settings.data, from: start))
}
let trainer = orExit {
  try Trainer(
    settings.goingOn(from: start), network: network, images: images, store: store, on: pool)
}
if let other = orExit({ try store.note(numerics) }) {
  warn("resumed under other numerics: also ran on \(other.processor), \(other.blasCore)")
}

show(
  table: Table(
    header: ["network", "parameters", "training", "held-out", "batch", "epochs", "memory"],
    rows: [
      [
        network.name, "\(network.parameterCount)", "\(images.training.count)",
        "\(images.heldout?.count ?? 0)", "\(settings.batch)", "\(trainer.settings.epochs)",
        "\(trainer.arenaByteCount >> 20) MiB",
      ]
    ]))

//: What the recipe's random changes make of a few images is kept to be looked at: a row an image, first as
//: it is, then as the first epochs would show it.

let sheet = AugmentationSheet(
  of: images.training, augmentations: settings.augment, seed: settings.seed,
  side: network.input.height)
orExit { try sheet.write(to: options.output("augmented.safetensors")) }

//-
//: ## The loop
//:
//: An epoch shows every training image once, in a new random order, each changed a little where the recipe
//: says how: shifted, mirrored. For each batch a step does four things:
//:
//: - *forward*: layer by layer to ten numbers an image, which a softmax turns into probabilities p;
//: - *loss*: the cross-entropy −Σ q·log p with the target q, averaged over the batch. q is 1 at the right
//:   class, or with label smoothing s, 1 − s there and s spread evenly over all classes, so that the
//:   network is not driven to boundless certainty; some recipes add the divergence of p from q;
//: - *backward*: the chain rule, layer by layer in reverse, gives each weight's share in the loss;
//: - *update*: for plain descent with momentum μ and rate η, velocity v ← μ·v + gradient and
//:   weight ← weight − η·v; `Optimizer` has the others.
//:
//: Three refinements are a recipe's choice: the mean gradient of several batches may make one step
//: (`accumulate`), which spares the memory of a large batch; a gradient of more than a certain length may
//: be shortened to it (`clip-norm`); and beside the weights their running mean may be kept (`average`).
//: The rate η follows a *schedule*: a pure function of the step's place and of the figures so far, so that
//: a resumed training computes it again instead of remembering it.
//:
//: After the epoch the held-out images are classified with the weights as they stand, or with their running
//: mean, where one is kept: then it is what is measured, chosen and published. The figures choose the best
//: epoch and may end the training; they teach the network nothing.

Interruption.observe()
let timing = TimingLog(folder: URL(fileURLWithPath: options.work))
let clock = ContinuousClock()
if !trainer.history.isEmpty || trainer.position > 0 {
  show("going on in epoch \(trainer.epoch) after \(trainer.position) images")
}

while !trainer.isFinished {
  let beginning = clock.now
  let earlier = trainer.position > 0 ? timing.partialSeconds : 0
  let outcome = orExit { try runEpoch(trainer) }
  let seconds = earlier + (clock.now - beginning).inSeconds
  switch outcome {
  case .interrupted:
    orExit { try timing.interrupt(seconds: seconds) }
    Console.printLine("stopped after \(trainer.position) images of epoch \(trainer.epoch); saved")
    exit(Interruption.exitStatus)
  case .finished(let record):
    orExit {
      try timing.finish(epoch: record.epoch, seconds: seconds, images: images.training.count)
    }
    report(record, seconds: seconds)
    if let standing = trainer.standing { report(standing) }
  }
}

func runEpoch(_ trainer: Trainer) throws -> Trainer.Outcome {
  var progress = Progress(
    "epoch \(trainer.epoch)/\(trainer.lastEpoch)", total: images.training.count, unit: "images",
    alreadyDone: trainer.position)
  defer { progress.finish() }
  return try trainer.runEpoch(
    shouldStop: { Interruption.isRequested },
    progress: { progress.update(done: $0, detail: "loss \(decimals($1, 4))") })
}

//: An epoch's line has the rate of its last step, loss and accuracy of both sets, and their *gap*: how many
//: percent points the accuracy on images that were trained on is above that on images that were not. A
//: gap that grows while held-out accuracy stands still is what learning by heart looks like.

func report(_ record: EpochRecord, seconds: Double) {
  guard isPrinted(record.epoch) else { return }
  let rate = Int((Double(images.training.count) / seconds).rounded())
  var line = "epoch \(record.epoch)/\(trainer.lastEpoch)  rate \(decimals(record.learningRate, 5))"
  line += "  train \(decimals(record.train.loss, 4)) \(decimals(record.train.top1, 2)) %"
  if let heldout = record.heldout, let gap = record.gap {
    line += "  held-out \(decimals(heldout.loss, 4)) \(decimals(heldout.top1, 2)) %"
    line += "  gap \(decimals(gap, 2))"
  }
  show("\(line)  \(Progress.clock(seconds: seconds))  \(rate) images/s")
}

//: A new best epoch says by how much, and now and then a summary tells where the training stands.

func report(_ standing: Standing) {
  let epoch = standing.last.epoch
  if isPrinted(epoch), let gain = standing.gain, let before = standing.bestBefore {
    let gained = standing.quantity.text(gain: gain)
    show("  new best: \(standing.text), \(gained) better than in epoch \(before.epoch)")
  }
  if settings.summaryEvery > 0, epoch % settings.summaryEvery == 0 {
    let gap = standing.last.gap.map { ", gap \(decimals($0, 2)) points" } ?? ""
    show(
      "  \(epochsDone()) in \(Progress.clock(seconds: timing.totalSeconds)): best "
        + "\(standing.text)\(gap)")
  }
}

func epochsDone() -> String {
  trainer.history.count == 1 ? "1 epoch" : "\(trainer.history.count) epochs"
}

func isPrinted(_ epoch: Int) -> Bool { epoch % settings.printEvery == 0 || trainer.isFinished }

//-
//: ## What is kept
//:
//: | file | holds |
//: |---|---|
//: | `best`, `last`, `epoch-NNN` | weights; in the metadata their epoch, its held-out loss and accuracy, the network's configuration, how images are normalised |
//: | `resume` | the weights of the last step, the optimiser's memory and count of steps, the running mean of the weights, the whole history |
//: | `history.csv` | the history as a table: of it, best epoch and rate are functions |
//:
//: The schedule has no state of its own. All files appear at once, when everything is written: an
//: interrupted run leaves the earlier artefact as it was.

let folder = URL(fileURLWithPath: options.output)
orExit {
  try trainer.publish(to: folder)
  try timing.publish(to: folder)
  try AtomicFile.write(
    Data(History.csv(trainer.history, classNames: images.training.classNames).utf8),
    to: options.output("history.csv"))
}

//: Last the best weights are read back from the file into the network: what was published can be used.
//: Their first filters, which look at the image itself, are kept to be looked at.

let kept = orExit {
  let file = try Checkpoint.open(options.output("best.safetensors"))
  try Checkpoint.load(file, into: network)
  try network.writeFirstFilters(to: options.output("filters.safetensors"))
  return try Checkpoint.description(of: file)
}
let ending = trainer.hasStoppedEarly ? "stopped early" : "ran to the end"
show(
  "\(ending) after \(epochsDone()) in "
    + "\(Progress.clock(seconds: timing.totalSeconds)); best weights are those of epoch \(kept.epoch)"
)
