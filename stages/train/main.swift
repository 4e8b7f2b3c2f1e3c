//: # Train
//:
//: A network is a function with many parameters, its *weights*. Training starts from random
//: weights. It shows the network a few images at a time, measures with a *loss* how wrong the predictions
//: are, and moves every weight a little way down the slope of that loss.
//:
//: | | |
//: |---|---|
//: | reads | `training` and `validation` images; section `train`; `start`, where a step binds it |
//: | writes | `best`, `last`, listed `epoch-NNN`: checkpoints, under PyTorch's names; `history.csv`; |
//: | | `examples`, `augmented`, `filters`: for the figures; `timing.csv`; `resume`: to resume from |
//: | promises | the same recipe gives the same bits, on any number of threads, stopped or not, |
//: | | as long as compiler, processor and BLAS kernels stay the same |
//:
//: The test images are not an input: this stage cannot learn from what it cannot open. (A recipe with
//: `split.validation: test` passes them as `validation`, and is marked.)

import Datasets
import Explanations
import Foundation
import Kernels
import Loading
import Models
import Notebook
import Processors
import Training
import Workers

let options = StageOptions.parseForStage()
let settings = orExit { try options.settings(of: "train", as: TrainingSettings.self) }
let images = orExit {
  try TrainingImages(
    settings.data, training: options.input("training"), validation: options.input("validation"))
}
let classNames = images.training.classNames

let pool = orExit { try options.workers() }
let numerics = Numerics.current
show("\(numerics.processor), \(numerics.blasCore) BLAS kernels, threads: \(options.threads)")
for warning in numerics.warnings { warn(warning) }

//: ## The network
//:
//: A network is a chain of *layers*, simple functions. Between two layers lies a *feature map*: a
//: grid of positions, each with one value per channel. The image is the first map; later grids are
//: coarser and have more channels. The last layer gives one value per class. A *residual block* adds
//: its input to what its layers compute, $y = x + F(x)$, so that in a deep chain the gradient has a
//: short way back (He et al., 2015, arXiv:1512.03385). Initial weights are drawn with a variance of
//: about $1 / n$ for the $n$ terms of a sum, so that signals neither fade nor explode (He et al.,
//: 2015, arXiv:1502.01852), unless `train.init-from` or `start` provides others. The table counts
//: weights, and multiply-adds (MACs) per image:

let prepared = orExit {
  try PreparedNetwork(settings, for: images.training, from: options.optionalInput("start"))
}
let network = prepared.network
if let note = prepared.note { show(note) }
if let warning = prepared.warning { warn(warning) }
show(table: Table(header: NetworkSummary.header, rows: network.summary.condensed(to: 40).cells))

//: ## What a convolution computes
//:
//: A convolution slides a small window over the map. At each place it multiplies the values in the
//: window by the weights of a *filter* and adds the products. For image $n$, place $(i, j)$, filter
//: $o$, channel $c$, stride $s$ and $r$ rows of zeros around the map:
//:
//: $$ y_{n,i,j,o} = b_o + \sum_{a,\,a',\,c} w_{o,c,a,a'} \; x_{n,\,si+a-r,\,sj+a'-r,\,c} $$
//:
//: The sum runs over the window's rows $a$ and columns $a'$ and over the channels. The weights are
//: the same at every place, so an object is recognised wherever it is. Here is that sum for one
//: place of the first training image, whose pixels are normalised, with a filter of this network
//: before training; rows and columns count from 0. A convolution before a norm has no bias $b$. The
//: table rounds what it prints; the sum does not:

let plain = orExit { try prepared.loader(of: images.training) }
let convolution = ConvolutionExample(of: network, image: 0, in: plain, on: pool)
if let convolution { show(convolution) }

//: All sums of one filter are a feature map: bright where the image looks like the filter, grey
//: where the sum is zero. Shown are the image with the window, the filter and its map before
//: training; below, the same after it.

show(figure: "feature-map", drawnFrom: "examples")

//: ## What a batch norm does
//:
//: Each step changes all layers at once, so a layer's input keeps shifting while it learns. A
//: *batch norm* keeps it in one range: it brings each channel to mean 0 and deviation 1 over its
//: $M$ values in the batch, then scales and shifts it by two weights, $\gamma$ and $\beta$, which
//: start at 1 and 0 (Ioffe and Szegedy, 2015, arXiv:1502.03167). The third formula is its gradient,
//: with $\delta = \partial L / \partial y$:
//:
//: $$ \hat x = \frac{x - \mu}{\sqrt{\sigma^2 + \epsilon}} \qquad y = \gamma \, \hat x + \beta
//: \qquad \frac{\partial L}{\partial x} = \frac{\gamma}{\sqrt{\sigma^2 + \epsilon}} \left( \delta -
//: \frac{1}{M} \sum \delta - \hat x \, \frac{1}{M} \sum \delta \, \hat x \right) $$
//:
//: One channel of this network's first norm, if it has any, before and after:

let norm = NormalizationExample(of: network, in: plain, on: pool)
if let norm { show(norm) }
orExit { _ = try norm?.write(to: options.output("example-normalization.safetensors")) }
show(figure: "normalization", drawnFrom: "examples")

//: ## Against overfitting
//:
//: A network with more weights than images can learn the labels without learning what the images
//: show. *Augmentation* changes an image at random each time it is shown, in ways that leave its
//: label true. Each row below is a training image, first as it is, then as the first epochs show
//: it. An image that you can no longer name is too hard for the network as well. *Dropout* does
//: the same inside a network: each value becomes zero with probability $d$ and is divided by
//: $1 - d$ otherwise (Srivastava et al., 2014).

let sheet = AugmentationSheet(
  of: images.training, augmentations: settings.augment, seed: settings.seed, side: plain.side)
orExit { try sheet.write(to: options.output("augmented.safetensors")) }
show(figure: "augmented", drawnFrom: "augmented")

//: ## One step
//:
//: A step computes the loss of a batch *forward*, layer by layer; then *backward*, by the chain
//: rule, its gradient $g$ along every weight; then it moves the weights. A softmax turns the last
//: layer's values $z$, the *logits*, into probabilities $p$; the *cross-entropy* $\ell$ compares
//: them with a target $q$:
//:
//: $$ p_k = \frac{e^{z_k}}{\sum_j e^{z_j}} \qquad \ell = -\sum_k q_k \log p_k \qquad \frac{\partial
//: \ell}{\partial z_k} = p_k - q_k $$
//:
//: The target is 1 at the true class $t$. *Label smoothing* spreads a fraction $\tau$ of it over all
//: $K$ classes, $q_k = (1 - \tau) [k = t] + \tau / K$, so that no logit need grow without end (Szegedy
//: et al., 2016, arXiv:1512.00567). Here is the first training image, before training: the classes
//: look much alike, and the loss is not far from $\ln K$, or above it.

let step = StepExample(of: network, in: plain, by: settings, on: pool)
show(step.firstLoss(labelSmoothing: settings.loss.labelSmoothing, classNames: classNames))

//: A *gradient* says how the loss changes when a weight moves a little. That can be tried: move one
//: weight by $h$ both ways, and divide the difference of the losses by $2h$. The backward pass
//: finds the same value, but for all weights at once. For the first images and one weight of the
//: first layer:

show(step)

//: ## Momentum
//:
//: Descent moves a weight $w$ against its gradient by the *learning rate* $\eta$, along a velocity $v$
//: with *momentum* $\alpha$, at first zero; *weight decay* $\lambda$ pulls weights to zero:
//:
//: $$ g \gets g + \lambda w \qquad v \gets \alpha v + g \qquad w \gets w - \eta v $$
//:
//: Gradients that change sign from batch to batch nearly cancel in $v$; those that agree build up
//: to $g / (1 - \alpha)$. Nesterov's variant moves by $g + \alpha v$ (Sutskever et al., 2013). Adam
//: divides a running mean $m$ of the gradient by the square root of a running mean $u$ of its
//: square, $w \gets w - \eta \, m / (\sqrt u + \epsilon)$ (Kingma and Ba, 2015, arXiv:1412.6980).
//: Muon replaces the velocity of a whole filter bank by the nearest orthogonal matrix, so that no
//: direction is left behind (Jordan et al., 2024). Groups of weights, such as those of norms, may
//: have rules and rates of their own. What this recipe uses, and a velocity after some steps:

show(settings.optimizer.words)
show(MomentumExample(momentum: settings.optimizer.momentum))

//: ## The rate
//:
//: Far from a minimum, large steps are best; near it, small ones. A *schedule* gives each step its
//: rate; `cosine`, for example, lowers it over $T$ epochs (Loshchilov and Hutter, 2017,
//: arXiv:1608.03983):
//:
//: $$ \eta_e = \eta_\text{min} + \frac{\eta_0 - \eta_\text{min}}{2} \left( 1 + \cos \frac{\pi \, (e
//: - 1)}{T} \right) $$
//:
//: During a *warm-up* it rises in proportion to the epochs done, since large steps diverge while
//: weights are random (Goyal et al., 2017, arXiv:1706.02677). This recipe's plan:

let trainer = orExit { try prepared.trainer(on: images, work: options.workFolder, pool: pool) }
let rates = trainer.plannedRates
orExit { try rates.write(toFolder: options.outputFolder) }
show(table: Table(header: PlannedRates.header, rows: rates.rows))
show(figure: "schedule", drawnFrom: "examples")

//: ## The loop
//:
//: An epoch shows every training image once, in a new random order, early ones perhaps smaller
//: (`train.image-side`). Its training figures are running means over batches, unless
//: `full-metrics` requests a separate pass. Validation images, at full size, choose the best
//: epoch and teach nothing. The *gap* is by how many percentage points the accuracy on training
//: images is higher. Early on it may be negative: the running mean counts the epoch's first, worse
//: answers, and augmented images are harder. While the rate is high, validation jumps from epoch to
//: epoch. A gap that grows while validation stands still is learning by heart.

Interruption.observe()
if let warning = orExit({ try trainer.warning(on: numerics) }) { warn(warning) }
show(trainer.subject)
let logs = orExit { try TrainingLogs(of: trainer, on: images) }

while !trainer.isFinished {
  switch orExit({ try logs.runEpoch() }) {
  case .interrupted:
    Console.printLine("stopped after \(trainer.position) images of epoch \(trainer.epoch); saved")
    exit(Interruption.exitStatus)
  case .finished(let epoch):
    for line in trainer.lines(after: epoch, logs.timing, clock: Progress.clock) { show(line) }
  }
}
show(figure: "training", drawnFrom: "history")

//: ## Why validation may collapse at first
//:
//: In training a batch norm uses the statistics of its batch. For validation, where a prediction must
//: not depend on other images, it uses *running* ones: after each batch, nine parts of the old to
//: one of the new. They describe the weights of the last steps. While weights change fast the
//: running statistics lag behind, and a network that predicts well in training may give most
//: validation images the same class. The table shows the same weights on up to 128 validation
//: images, with each kind of statistics, after each of the first epochs:

show(table: logs.lag.table(classNames: classNames))

//: If the first percentage is far below the second, the running statistics lag; they catch up as
//: the weights settle. If both are low, the weights are not good yet. If the two are close, the
//: statistics were no problem in this run: with so few images a difference of a few points is
//: chance. Without a batch norm the table is empty.
//:
//: ## What is kept
//:
//: Checkpoints hold weights, epoch, figures, configuration and normalisation; `resume` the
//: optimiser's state too. All files appear at once, when everything is written. Finally, the best
//: weights are read back from their file into the network, which checks that they can be used. The
//: convolution's sum once more, as learnt:

let kept = orExit { try logs.publish(to: options.outputFolder) }
if let convolution,
  let learnt = ConvolutionExample(of: network, image: 0, in: plain, at: convolution, on: pool)
{
  let maps = FeatureMapFile(convolution, learnt, image: 0, of: images.training, side: plain.side)
  orExit { try maps.write(to: options.output("example-convolution.safetensors")) }
  show(learnt)
}

//: And all filters that look at the image itself. After a good training they are edges and blobs of
//: colour; noise means that the network has not learnt, or has more filters than it can use.

show(figure: "filters", drawnFrom: "filters")

//: ## What to change first
//:
//: Change one thing at a time, and judge it on validation. If the network hardly learns, change the learning
//: rate: try a third of it and three times it. If training runs ahead of validation, add augmentation
//: or weight decay. If the best epoch is in the last tenth, train longer, which also stretches the
//: schedule; gains below the standard error may be luck. If both curves have flattened together,
//: take a larger network. The first of these rules that applies here:

if let change = FirstChange(after: trainer.history, best: kept.epoch, classes: classNames.count) {
  show(change.text)
}
show(trainer.ending(best: kept.epoch, in: Progress.clock(seconds: logs.timing.totalSeconds)))
if let peak = ResidentMemory.peakByteCount { show("at most \(peak >> 20) MiB of memory in use") }

//: The next chapter measures how good the network is on images that had no part in this.
