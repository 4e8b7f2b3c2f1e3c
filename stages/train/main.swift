//: # Train
//:
//: A network is a function with many numbers in it. Training starts from random numbers, shows the
//: function a few images at a time, measures by a *loss* how wrong its answers are, and moves every
//: number a little way down the slope of that loss. This stage does so until the recipe says
//: enough.
//:
//: | | |
//: |---|---|
//: | reads | `training` and `validation` images; section `train`; `start`, where a step binds it |
//: | writes | `best`, `last` and listed `epoch-NNN` checkpoints, under PyTorch's names |
//: | | `history.csv`: every figure of every epoch; `timing.csv`; `filters`; `augmented`; `resume` |
//: | promises | the same recipe gives the same bits, on any number of threads, stopped or not |
//:
//: The test images are no input: what this stage cannot open it cannot learn from. (A recipe with
//: `split.validation: test` hands them over as `validation`, and is marked.)

import CheckedNumbers
import Datasets
import Foundation
import Kernels
import Loading
import Models
import Notebook
import Processors
import TensorFiles
import Tensors
import Training

let options = StageOptions.parseForStage()

struct Settings: CheckedSettings {
  let train: TrainingSettings
  func check() throws { try train.check() }
}

let settings = orExit { try options.settings(as: Settings.self) }.train

//: The validation images are held out: they measure each epoch and teach nothing. Only a recipe
//: that has made its choices lets them train too, with `train.data: training-and-validation`; then
//: nothing is left to measure with, and the last epoch counts as the best.

let images = orExit {
  try TrainingImages(
    settings.data, training: imageSet("training"), validation: imageSet("validation"))
}

func imageSet(_ name: String) throws -> ImageSet {
  try ImageSet(contentsOf: options.input(name), producedBy: "preprocess-and-split")
}

//: ## The machine
//:
//: Results repeat bit for bit as long as compiler, processor and the BLAS library's kernels stay
//: the same; sums are cut into fixed pieces, so the number of threads does not matter. What was in
//: force is kept beside the weights.

orExit { try KernelTarget.prepare(threadCount: options.threads) }
MemoryShortage.endProgram { exitWithError("\($0)") }
let pool = WorkerPool(threadCount: options.threads)
let numerics = Numerics.current
orExit { try options.record(numerics: numerics) }
show("\(numerics.processor), \(numerics.blasCore) BLAS kernels, threads: \(options.threads)")
for warning in numerics.warnings { warn(warning) }

//: ## The network
//:
//: A network is a chain of simple functions, *layers*, most of which have numbers to be learnt.
//: Between two stands a *feature map*: for each place of a grid a row of numbers, the channels. The
//: image is the first map; later grids are coarser and have more channels. The last layer gives one
//: number a class.
//:
//: ### Convolution
//:
//: A convolution makes of each window of $k \times k$ places, by a weighted sum, one number a
//: channel of its output. The weights are the same at every place, so that a thing is recognised
//: wherever it stands. For image $n$, place $(i, j)$ and output channel $o$, all counted from 0,
//: with stride $s$ and $p$ rows of zeros around the map,
//:
//: $$ y_{n,i,j,o} = b_o + \sum_{a,\,b,\,c} w_{o,c,a,b} \; x_{n,\,si+a-p,\,sj+b-p,\,c} $$
//:
//: Backward, the same products are summed in two other ways. The gradient along a weight is the sum
//: of $\partial L / \partial y$ times the $x$ that it met, over all images and places; that along
//: an $x$ is the sum of $\partial L / \partial y$ times weight over all outputs it took part in.
//: Between such sums stands a function that is not linear, mostly
//: $\operatorname{ReLU}(y) = \max(y, 0)$: a chain of sums alone would be one sum. In
//: `adaptive-conv`, kernels are mixed anew for each image from $K$ learnt ones (Chen et al., 2020,
//: arXiv:1912.03458, section 3).
//:
//: ### Batch normalisation
//:
//: What a layer is given changes with every step of those before it. Against that, a batch norm
//: brings each channel to mean 0 and deviation 1 over the $m$ numbers it has in the batch, all
//: images and places, then scales and shifts it by two learnt numbers (Ioffe and Szegedy, 2015,
//: arXiv:1502.03167, algorithm 1). As $\mu$ and $\sigma$ depend on every $x$, so does the gradient
//: along each; with $\delta = \partial L / \partial y$ and sums over the channel,
//:
//: $$ \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} \qquad y = \gamma \, \hat x + \beta
//: \qquad \frac{\partial L}{\partial \gamma} = \sum \delta \, \hat x \qquad
//: \frac{\partial L}{\partial \beta} = \sum \delta $$
//:
//: $$ \frac{\partial L}{\partial x} = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}} \left( \delta
//: - \frac{1}{m} \sum \delta - \hat x \, \frac{1}{m} \sum \delta \, \hat x \right) $$
//:
//: From $\delta$ is taken what would only shift or stretch the whole channel, which the norm
//: undoes. For evaluation, running means of $\mu$ and of the unbiased variance are kept: after each
//: batch, nine parts of the old to one of the new.
//:
//: ### Shortcuts
//:
//: In a deep chain each layer must pass on all that later ones need. A residual block computes
//: $y = x + F(x)$: its layers $F$ add to what there is, and the gradient has a way back through the
//: plain $x$ (He et al., 2015, arXiv:1512.03385, section 3). Where a block changes the map's shape,
//: its $x$ is projected, or pooled and filled up with channels of zeros.
//:
//: ### The first weights
//:
//: Were all weights equal, all channels would stay equal, so they are drawn at random. A sum of $n$
//: independent terms has $n$ times the variance of one. For signals neither to fade nor to explode,
//: the weights' variance must go as $1 / n$, where $n$ is the *fan-in*, the numbers behind one
//: output: $k^2 C$ for a convolution of $C$ channels. Most networks here start as PyTorch's,
//: uniform in $\pm 1 / \sqrt{n}$. The kernels of `pyramidnet` and `adaptive-conv` are normal with
//: the variance $2 / ((1 + a^2) \, n)$, where $a$ is the activation's slope left of zero (He et
//: al., 2015, arXiv:1502.01852, section 2.2); for `pyramidnet`, $n$ is the *fan-out*, the outputs
//: that an input reaches. Norms start as the identity. Where `train.init-from` names a file, its
//: weights take the place of random ones. The table counts what is learnt, and multiplications with
//: an addition (MACs); layers of a block or stage may share a row.

let network = orExit {
  try NetworkCatalog.network(
    named: settings.network, configuration: settings.architecture, side: images.training.side,
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

//: ## Going on from an earlier training
//:
//: A recipe may train in two steps: choose an epoch of the first on the validation images, then go
//: on from its weights, bound as `start`, on all images. Epochs are numbered on from the
//: checkpoint's, so that images are shuffled and augmented as that training would have gone on to;
//: the schedule counts its own, and the optimiser begins without a memory. Where the first training
//: ended before any epoch to choose among, late rates would train nothing worth having. Then this
//: step trains for no epoch and passes the weights on as they are, with the word `fallback` in
//: their metadata.

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

//: The trainer owns the rest: the memory for one batch, laid out once, and the optimiser. The state
//: of an earlier run that was cut short lies in the work folder, and training goes on where it
//: stood, in the middle of an epoch if need be.

let store = orExit {
  try TrainingStore(
    folder: URL(fileURLWithPath: options.work),
    description: CheckpointDescription(
      network, precision: settings.precision, trainedOn: images.training,
      data: settings.epochs > 0 ? settings.data : .training, from: start,
      beginsAsFile: settings.initFrom != nil && start == nil))
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
    header: ["network", "parameters", "training", "validation", "batch", "epochs", "memory"],
    rows: [
      [
        network.name, "\(network.parameterCount)", "\(images.training.count)",
        "\(images.validation?.count ?? 0)", "\(settings.batch)", "\(trainer.settings.epochs)",
        "\(trainer.arenaByteCount >> 20) MiB",
      ]
    ]))

//: ## Against learning by heart
//:
//: A network with more numbers than images can learn labels without learning what the images show.
//: *Augmentation* changes an image at random each time it is shown, in ways that leave its label
//: true: it is shifted, mirrored, turned, tinted, partly covered. What is learnt must hold for all
//: variants. *Dropout* does the like inside a network: in training each number of a map becomes
//: zero with probability $p$, and is divided by $1 - p$ else, so that the mean stays (Srivastava et
//: al., 2014, JMLR 15, section 10). A few images are kept to be looked at, a row an image: first as
//: it is, then as the first epochs would show it.

let sheet = AugmentationSheet(
  of: images.training, augmentations: settings.augment, seed: settings.seed,
  side: network.input.height)
orExit { try sheet.write(to: options.output("augmented.safetensors")) }

//: ## One step
//:
//: For each batch a step computes the loss *forward*, layer by layer; then *backward*, by the chain
//: rule, its gradient $g$ along every weight; then it moves the weights.
//:
//: ### The loss
//:
//: The last layer's numbers $z$, the *logits*, become probabilities $p$ by a softmax, and the
//: cross-entropy $\ell$ compares these with a target $q$, which is 1 at the right class:
//:
//: $$ p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} \qquad \ell = -\sum_k q_k \log p_k \qquad
//: \frac{\partial \ell}{\partial z_k} = p_k - q_k $$
//:
//: The gradient is that plain because $\log p_k = z_k - \log \sum_j e^{z_j}$ and $q$ sums to 1.
//: Such a target is reached only by logits infinitely apart. *Label smoothing* spreads a share $s$
//: of it over all $K$ classes, $q_k = (1 - s) [k = y] + s / K$ (Szegedy et al., 2016,
//: arXiv:1512.00567, section 7); the loss then has a floor, the entropy of $q$: 0.50 for $s = 0.1$
//: and ten classes. A recipe may add $\kappa \sum_k q_k \log (q_k / p_k)$, the divergence of $p$
//: from $q$: cross-entropy less that constant, so that all gradients grow by $1 + \kappa$. The
//: batch's loss is the mean over its images.
//:
//: ### Descent with momentum
//:
//: Stochastic gradient descent moves a weight $w$ against its gradient, by the *learning rate*
//: $\eta$, and with momentum $\mu$ along a velocity $v$ that is zero at first. *Weight decay*
//: $\lambda$, the gradient of a price $\lambda w^2 / 2$, pulls weights to zero:
//:
//: $$ g \gets g + \lambda w \qquad v \gets \mu v + g \qquad w \gets w - \eta v $$
//:
//: What batches disagree about cancels in $v$; what they agree on adds up to $g / (1 - \mu)$.
//: Nesterov's variant looks ahead, with $g + \mu v$ for the last $v$ (Sutskever et al., 2013, "On
//: the importance of initialization and momentum in deep learning", section 2). As in PyTorch the
//: rate is no part of $v$, so that a new rate holds at once.
//:
//: ### Adam
//:
//: Adam divides a running mean of the gradient by the root of one of its square, so that all
//: weights move at a speed of about $\eta$, however steep the loss along them (Kingma and Ba, 2015,
//: arXiv:1412.6980, algorithm 1). In step $t$, counted from 1,
//:
//: $$ m \gets \beta_1 m + (1 - \beta_1) \, g \qquad u \gets \beta_2 u + (1 - \beta_2) \, g^2 \qquad
//: w \gets w - \eta \, \frac{m / (1 - \beta_1^t)}{\sqrt{u / (1 - \beta_2^t)} + \epsilon} $$
//:
//: where $1 - \beta^t$ makes up for means that begin at zero. In `adam` the decay is part of $g$
//: and divided like it, so that steep weights hardly decay; `adamw` takes it off the weight
//: instead, $w \gets (1 - \eta \lambda) \, w$ (Loshchilov and Hutter, 2019, arXiv:1711.05101,
//: algorithm 2).
//:
//: ### Refinements
//:
//: The mean gradient of several batches may make one step (`accumulate`). With `clip-norm` $c$, all
//: gradients together are shortened to that length where they exceed it, $g \gets g \cdot \min(1,
//: \, c / (\|g\| + 10^{-6}))$ (Pascanu et al., 2013, arXiv:1211.5063). With `average`, a running
//: mean $\bar w \gets d \, \bar w + (1 - d) \, w$ of the weights is what is measured and published:
//: late steps jump about a minimum, and their mean lies nearer to it (Polyak and Juditsky, 1992).
//:
//: ## The rate
//:
//: Far from a minimum long steps are wanted, near it short ones. The rate is a pure function of the
//: step's place and the figures so far, so that a resumed training computes it again. From the
//: recipe's $\eta_0$, `multistep` takes the factor $\gamma$ at each milestone and `exponential`
//: after each epoch. `cosine` sinks from epoch to epoch, $e = 1, 2, \ldots$, over a period of $T$:
//:
//: $$ \eta_e = \eta_\text{min} + \frac{\eta_0 - \eta_\text{min}}{2}
//: \left( 1 + \cos \frac{\pi \, (e - 1)}{T} \right) $$
//:
//: (Loshchilov and Hutter, 2017, arXiv:1608.03983, equation 5). `plateau` takes the factor when a
//: figure has stood still for some epochs. `triangular` and `one-cycle` rise to $\eta_0$ and fall
//: again from step to step, in lines or half waves (Smith and Topin, 2018, arXiv:1708.07120). A
//: *warm-up* of $W$ epochs multiplies any of them by $\min(1, t / W)$, with $t$ the epochs done
//: after the step, since long steps go astray while weights are random (Goyal et al., 2017,
//: arXiv:1706.02677, section 2.2).
//:
//: ## The loop
//:
//: An epoch shows every training image once, in a new random order. Its training figures are
//: running means over batches, unless `full-metrics` asks for accuracies of a pass of its own. Then
//: validation images are classified; they choose the best epoch and teach nothing. With
//: `stop.patience` $P$ the training ends when $P$ epochs have not improved on the best by more than
//: `least-improvement`: *early stopping* (Prechelt, 1998, "Early stopping – but when?").

Interruption.observe()
let timing = TimingLog(folder: URL(fileURLWithPath: options.work))
let running = RunningFigures(
  of: trainer, images: images, folder: URL(fileURLWithPath: options.work))
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
      try running.finish()
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
  try running.begin()
  return try trainer.runEpoch(
    shouldStop: { Interruption.isRequested },
    progress: { done, loss in
      progress.update(done: done, detail: "loss \(decimals(loss, 4))")
      running.update(done: done, loss: loss)
    })
}

//: An epoch's line has the rate of its last step, loss and accuracy of both sets, and their *gap*:
//: how many percent points the accuracy on images that were trained on is above that on images that
//: were not. A gap that grows while validation accuracy stands still is learning by heart.

func report(_ record: EpochRecord, seconds: Double) {
  guard isPrinted(record.epoch) else { return }
  let rate = Int(rounding: Double(images.training.count) / seconds)
  var line = "epoch \(record.epoch)/\(trainer.lastEpoch)  rate \(decimals(record.learningRate, 5))"
  line += "  train \(decimals(record.train.loss, 4)) \(decimals(record.train.top1, 2)) %"
  if let validation = record.validation, let gap = record.gap {
    line += "  validation \(decimals(validation.loss, 4)) \(decimals(validation.top1, 2)) %"
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

//: ## What is kept
//:
//: | file | holds |
//: |---|---|
//: | `best`, `last`, `epoch-NNN` | weights; with epoch, figures, configuration, normalisation |
//: | `resume` | the last step's weights, optimiser's memory, step count, running mean, history |
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

//: Last the best weights are read back from the file into the network: what was published can be
//: used. Their first filters, which look at the image itself, are kept to be looked at.

let kept = orExit {
  let file = try Checkpoint.open(options.output("best.safetensors"))
  try Checkpoint.load(file, into: network)
  try network.writeFirstFilters(to: options.output("filters.safetensors"))
  return try Checkpoint.description(of: file)
}
if trainer.history.isEmpty {
  show("no epoch was trained; the weights are those that the training began with")
} else {
  let ending = trainer.hasStoppedEarly ? "stopped early" : "ran to the end"
  let time = Progress.clock(seconds: timing.totalSeconds)
  show(
    "\(ending) after \(epochsDone()) in \(time); best weights are those of epoch \(kept.epoch)")
}
if let peak = ResidentMemory.peakByteCount { show("at most \(peak >> 20) MiB of memory in use") }

//: What the network reaches on images it was chosen by is now known. How good it is on images that
//: had no part in it is the question of the next chapter.
