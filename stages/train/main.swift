//: # Train
//:
//: A network is a function with many numbers in it. Training starts from random numbers, shows the
//: function a few images at a time, measures by a *loss* how wrong its answers are, and moves every
//: number a little way down the slope of that loss. This stage does so until the recipe says enough.
//:
//: | | |
//: |---|---|
//: | reads | `training` and `validation` images; the recipe's section `train` |
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
let training = orExit {
  try ImageSet(contentsOf: options.input("training"), producedBy: "preprocess-and-split")
}
let validation = orExit {
  try ImageSet(contentsOf: options.input("validation"), producedBy: "preprocess-and-split")
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
//: Layers with weights drawn at random: uniform in ±1/√n, where n is how many numbers feed one output,
//: so that signals neither fade nor explode on their way through. Where `train.init-from` names a file,
//: its weights take their place.

let network = orExit {
  try NetworkCatalog.network(
    named: settings.network, configuration: settings.architecture,
    classes: training.classNames.count)
}
network.initialize(seed: settings.seed)
if let file = settings.initFrom {
  orExit {
    try Checkpoint.load(TensorFile(contentsOf: URL(fileURLWithPath: file)), into: network)
  }
  show("initial weights from \(file)")
}

//: The trainer owns the rest: the memory for one batch, laid out once, and the optimiser. If an earlier
//: run of the same recipe was cut short, its state lies in the work folder, and training goes on where
//: it stood, in the middle of an epoch if need be.

let store = orExit {
  try TrainingStore(
    folder: URL(fileURLWithPath: options.work),
    description: CheckpointDescription(network, trainedOn: training))
}
let trainer = orExit {
  try Trainer(
    settings, network: network, training: training, heldout: validation, store: store, on: pool)
}
if let other = orExit({ try store.note(numerics) }) {
  warn("resumed under other numerics: also ran on \(other.processor), \(other.blasCore)")
}

show(
  table: Table(
    header: ["network", "parameters", "training", "held-out", "batch", "epochs", "memory"],
    rows: [
      [
        network.name, "\(network.parameterCount)", "\(training.count)", "\(validation.count)",
        "\(settings.batch)", "\(settings.epochs)", "\(trainer.arenaByteCount >> 20) MiB",
      ]
    ]))

//: What the recipe's random changes make of a few images is kept to be looked at: a row an image, first as
//: it is, then as the first epochs would show it.

let sheet = AugmentationSheet(
  of: training, augmentations: settings.augment, seed: settings.seed, side: network.input.height)
orExit { try sheet.write(to: options.output("augmented.safetensors")) }

//-
//: ## The loop
//:
//: An epoch shows every training image once, in a new random order, each changed a little where the recipe
//: says how: shifted, mirrored. For each batch a step does four things:
//:
//: - *forward*: layer by layer to ten numbers an image, which a softmax turns into probabilities p;
//: - *loss*: the cross-entropy −log p of the right class, averaged over the batch;
//: - *backward*: the chain rule, layer by layer in reverse, gives each weight's share in the loss;
//: - *update*: for plain descent with momentum μ and rate η, velocity v ← μ·v + gradient and
//:   weight ← weight − η·v; `Optimizer` has the others.
//:
//: After the epoch the held-out images are classified with the weights as they stand. Their figures
//: choose the best epoch; they teach the network nothing.

Interruption.observe()
let timing = TimingLog(folder: URL(fileURLWithPath: options.work))
let clock = ContinuousClock()
if trainer.epoch > 1 || trainer.position > 0 {
  show("going on in epoch \(trainer.epoch) after \(trainer.position) images")
}

while !trainer.isFinished {
  let start = clock.now
  let earlier = trainer.position > 0 ? timing.partialSeconds : 0
  let outcome = orExit { try runEpoch(trainer) }
  let seconds = earlier + (clock.now - start).inSeconds
  switch outcome {
  case .interrupted:
    orExit { try timing.interrupt(seconds: seconds) }
    Console.printLine("stopped after \(trainer.position) images of epoch \(trainer.epoch); saved")
    exit(Interruption.exitStatus)
  case .finished(let record):
    orExit {
      try timing.finish(epoch: record.epoch, seconds: seconds, images: training.count)
    }
    report(record, seconds: seconds)
  }
}

func runEpoch(_ trainer: Trainer) throws -> Trainer.Outcome {
  var progress = Progress(
    "epoch \(trainer.epoch)/\(settings.epochs)", total: training.count, unit: "images",
    alreadyDone: trainer.position)
  defer { progress.finish() }
  return try trainer.runEpoch(
    shouldStop: { Interruption.isRequested },
    progress: { progress.update(done: $0, detail: "loss \(decimals($1, 4))") })
}

func report(_ record: EpochRecord, seconds: Double) {
  guard record.epoch % settings.printEvery == 0 || trainer.isFinished else { return }
  let rate = Int((Double(training.count) / seconds).rounded())
  let mark = trainer.bestEpoch == record.epoch ? "  best" : ""
  show(
    "epoch \(record.epoch)/\(settings.epochs)  rate \(decimals(record.learningRate, 5))"
      + "  train \(decimals(record.train.loss, 4)) \(decimals(record.train.top1, 2)) %"
      + "  held-out \(decimals(record.heldout.loss, 4)) \(decimals(record.heldout.top1, 2)) %"
      + "  \(Progress.clock(seconds: seconds))  \(rate) images/s\(mark)")
}

//-
//: ## What is kept
//:
//: The best and the last weights, the epochs the recipe lists, and the state from which training could
//: go on. All of it appears at once, when everything is written: an interrupted run leaves the earlier
//: artefact as it was.

let folder = URL(fileURLWithPath: options.output)
orExit {
  try trainer.publish(to: folder)
  try timing.publish(to: folder)
  try AtomicFile.write(
    Data(History.csv(trainer.history, classNames: training.classNames).utf8),
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
  "\(ending) after \(trainer.history.count) epochs; best weights are those of epoch \(kept.epoch)")
