//: # Evaluate
//:
//: How good is the classifier on images that it was not trained on? This stage shows a trained network
//: every image of one set and stores all predictions, so that each figure below can be computed
//: again.
//:
//: | | |
//: |---|---|
//: | reads | `checkpoints`; `validation` or `test`, as `evaluate.on` says |
//: | writes | `metrics.json`; `confusion`; `reliability`; `predictions`: all probabilities |
//: | | `mistakes`: the most confident mistakes; `selection`: the evaluated checkpoint |
//: | promises | one probability vector per image, each of which sums to one |
//:
//: ## On looking at the test images
//:
//: No stage that learns receives the test images, unless the recipe follows a published protocol
//: that selects on them; here they are opened only where `evaluate.on` says so. Each look at them
//: that changes a decision makes them less useful as a test. That goes for people as well: whoever
//: tries ten recipes and keeps the one with the best test figure has selected on test, and no file
//: will say so.
//:
//: Even an honest figure describes only images like *these*. On new photographs, gathered the way
//: CIFAR-10's were, networks of many kinds lost 4 to 10 percentage points (Recht et al., 2018,
//: arXiv:1806.00451).

import Datasets
import Inference
import Loading
import Metrics
import Models
import Notebook
import Records
import TensorFiles
import Workers

let options = StageOptions.parseForStage()
let settings = orExit { try options.settings(of: "evaluate", as: EvaluationSettings.self) }
let images = orExit {
  try ImageSet(contentsOf: options.input(settings.on.rawValue), producedBy: "preprocess-and-split")
}

//: ## Which checkpoints
//:
//: `evaluate.checkpoint` names one, or several that are to be compared: then the images choose, and
//: what they chose is no longer news to them. That is what validation images are for. Where test
//: images choose, their figures are marked. A training that ended before the first epoch listed
//: is represented by its last checkpoint.

let folder = orExit { try options.input("checkpoints") }
let candidates = orExit { try settings.candidates(in: folder) }
let files = orExit {
  try candidates.names.map { try Checkpoint.open(settings.file(of: $0, in: folder)) }
}

//: ## Asking the network
//:
//: Images are normalised as in training, and not augmented. Dropout is off, and batch norms use the
//: running statistics of training, so an image's answer does not depend on its neighbours in the
//: batch. With $p(x)$ the probabilities that the network gives to an image $x$, its answer and the
//: *top-1 accuracy* over $n$ images with the true classes $t_i$ are
//:
//: $$ \hat t(x) = \argmax_k \, p_k(x) \qquad \hat A = \frac{1}{n} \sum_{i=1}^{n} \left[ \hat t(x_i) =
//: t_i \right] $$
//:
//: where the bracket is 1 for a right answer and 0 for a wrong one. *Top-5* counts an image as
//: right if its class is among the five most probable; with ten classes that is easy,
//: since a guess is right half of the time. Both rank the logits $z$, which are in the order of
//: the probabilities and, unlike these, don't round to equal zeros where they lie far apart; of
//: equal logits the class with the lower number comes first. The loss is the plain cross-entropy,
//: the mean of $-\log p_{t_i}(x_i)$, whatever loss the network was trained with. It is raised most by
//: predictions that are wrong and confident.
//:
//: An answer should not change with where a thing faces, nor with a shift by a pixel, but it does,
//: and the mean over several *views* is mostly better. `evaluate.views` averages the logits of the
//: image and its mirror image (`mirrored`), or of six views (`shifted`): these two with weight 1/4,
//: and with weight 1/8 both of the image shifted by a pixel up and left, or down and right, with a
//: reflected border (Jordan, 2024, arXiv:2404.00498, section 3.5). `evaluate.flip` averages the
//: probabilities for the image and its mirror image $x'$, and ranks their logarithms:
//:
//: $$ p(x) = \frac{ \operatorname{softmax} z(x) + \operatorname{softmax} z(x') }{2} $$
//:
//: What a network has learnt about an object should not depend on which way it faces, and the mean of two
//: predictions is usually a little better than one (Krizhevsky et al., 2012, "ImageNet classification
//: with deep convolutional neural networks", section 4.1). Then $\log p(x)$ is ranked. It takes
//: twice the time and is stated with the figure, since it is a property of the evaluation and not of
//: the network.

let pool = orExit { try options.workers() }
let loader = orExit { BatchLoader(images, normalization: try images.requiredNormalization()) }
let evaluations = orExit {
  try zip(candidates.names, files).map { name, file in
    try Evaluation(name, file, on: loader, views: settings.views, pool: pool)
  }
}
let selection = CheckpointSelection(
  among: evaluations.map(\.figures), isFallback: candidates.isFallback, on: settings.on)

let showsTop5 = ClassificationTally.isTop5Informative(classes: images.classNames.count)
let rows = evaluations.enumerated().map { position, evaluation in
  let figures = evaluation.figures
  let accuracies = [figures.top1] + (showsTop5 ? [figures.top5] : [])
  return [figures.checkpoint, "\(figures.epoch)", "\(images.count)"]
    + accuracies.map { decimals($0, 2) }
    + [decimals(figures.loss, 4), position == selection.position ? "yes" : ""]
}
show(
  table: Table(
    header: ["checkpoint", "epoch", "images", "top-1 %"] + (showsTop5 ? ["top-5 %"] : [])
      + ["cross-entropy", "selected"], rows: rows))
if let sentence = settings.views.sentence { show(sentence) }

//: ### How sure is the figure?
//:
//: The images are a sample. If $A$ is the accuracy on all images of the kind, the accuracy $\hat A$
//: on $n$ of them scatters about it with the binomial's standard error
//:
//: $$ \operatorname{se} = \sqrt{\frac{A \, (1 - A)}{n}} $$
//:
//: A *95 % interval* is made by a rule that, over many such samples, covers the true $A$ in 95
//: cases of 100. It does not say that $A$ lies in this one with 95 % probability. Wilson's rule
//: (1927) solves $|\hat A - A| \le 1.96 \operatorname{se}$ for $A$, and also holds near 0
//: and 100 %. The interval accounts only for the choice of the images:

let top1 = evaluations[selection.position].figures.top1 ?? .nan
let interval = WilsonInterval(percent: top1, count: images.count)
let error = WilsonInterval.standardError(percent: top1, count: images.count)
let range = "\(decimals(interval.low, 2)) to \(decimals(interval.high, 2))"
show(
  table: Table(
    header: ["top-1 %", "images", "standard error, points", "95 % interval, %"],
    rows: [[decimals(top1, 2), "\(images.count)", decimals(error, 2), range]]))

//: So the second decimal of a single figure means nothing, and the first means little. Two networks on the
//: *same* images compare more sharply, since most images are easy or hard for both; `predictions` has
//: what such a comparison needs. The formula leaves out another spread: another seed gives other
//: weights, and another figure. A single run can't show how far those scatter, so the number of runs
//: and the seed belong to every figure that is quoted.
//:
//: ## Reservations
//:
//: Four things can make a figure worth less than it seems: images that are not the official ones, a model
//: that was selected on the very images that now test it, a selection that had nothing to choose
//: from, and weights that came from a file, since which images they were trained on is
//: not known here. They are stored with data and weights and repeated beside every figure.

let weights = orExit { try Checkpoint.description(of: files[selection.position]) }
let reservations = settings.reservations(
  images: images, weights: weights, candidates: candidates, selection: selection)
for reservation in reservations { warn(reservation) }

//: ## Class by class
//:
//: One accuracy hides ten. The *confusion matrix* $C$ counts in row $t$ and column $k$ the images
//: of class $t$ that were predicted as class $k$. Correct predictions are on its diagonal. For a class
//: $k$,
//:
//: $$ P_k = \frac{C_{kk}}{\sum_t C_{tk}} \qquad R_k = \frac{C_{kk}}{\sum_j C_{kj}} \qquad F_{1,k} =
//: \frac{2 \, P_k R_k}{P_k + R_k}
//: $$
//:
//: The *precision* $P_k$ asks: of the images predicted to be it, how many were? The *recall* $R_k$:
//: of the images that are it, how many were found? A network that says "cat" whenever in doubt has a
//: high recall of cats and a low precision. $F_1$ is the harmonic mean of the two, which is high
//: only where both are; it is computed as $2 \, C_{kk} / (\sum_t C_{tk} + \sum_j C_{kj})$. The last
//: line has the *macro* averages: means over the classes, each counting the same. All three are
//: over the same classes, those that occur among the images or among the answers; a score with a
//: zero denominator, such as the precision of a class that was never predicted, counts as 0. A
//: network that answers "cat" to every image has a mean precision of 1 % on ten balanced classes,
//: not of 10 %.
//:
//: The figures that follow are those of the checkpoint selected.

let evaluation = evaluations[selection.position]
let report = settings.report(
  of: evaluations, selection: selection, weights: weights, images: images, warnings: reservations)

let scores = report.perClass.map {
  [$0.name, "\($0.support ?? 0)"] + [$0.precision, $0.recall, $0.f1].map { decimals($0, 2) }
}
let means = [report.macro.precision, report.macro.recall, report.macro.f1].map { decimals($0, 2) }
show(
  table: Table(
    header: ["class", "images", "precision %", "recall %", "F1 %"],
    rows: scores + [["mean", "\(images.count)"] + means]
  ).shortened())
show(figure: "class-scores", drawnFrom: "metrics")
show("balanced accuracy \(decimals(report.balancedAccuracy, 2)) %: the mean recall of the classes")

//: The confusions come next. In the figure, a row is a true class, a column a predicted one; a
//: cell shows the number of images, and its colour is their fraction of the row. Read a row for
//: how a class is predicted, a column for what is predicted as it. The pairs below are the largest
//: numbers off the diagonal. Two classes that look alike, such as cats and dogs, appear in both
//: directions. A pair in only one direction points to a class that is predicted too often.

show(
  table: Table(
    header: ["is", "predicted as", "images", "of its class %"],
    rows: report.mostConfused.prefix(5).map {
      [$0.truth, $0.predicted, "\($0.count)", decimals($0.percent, 1)]
    }))
show(figure: "confusion", drawnFrom: "confusion")

//: ## Can its confidence be believed?
//:
//: The probability of the answer is the network's *confidence*. Among answers given with 80 %
//: confidence, 80 % should be right. To see how far that holds, predictions are put into $B = 15$ bins
//: of equal width by their confidence; bin $b$ takes those above $(b - 1) / B$ up to $b / B$. With
//: $n_b$ answers in bin $b$, $\text{acc}_b$ the fraction of right ones and $\text{conf}_b$ their mean
//: confidence, the *expected calibration error* is
//:
//: $$ \text{ECE} = \sum_{b=1}^{B} \frac{n_b}{n} \, \left| \text{acc}_b - \text{conf}_b \right| $$
//:
//: (Guo et al., 2017, arXiv:1706.04599, section 2). In the figure, a bar is the accuracy of a bin's
//: predictions; if confidence and accuracy were equal, bars would end on the dashed line. The pale area is
//: the distance to the bin's mean confidence: above the bar, the network is overconfident. Most
//: fully trained networks are, because cross-entropy keeps falling as right answers become more
//: confident. Label smoothing pulls the other way. Below, how many answers each bin holds: a bin
//: of few says little. The ECE is no measure of accuracy: always answering with 10 % confidence and
//: being right in 10 % of the cases is perfectly calibrated.

show(
  "expected calibration error \(decimals(report.expectedCalibrationError.map { 100 * $0 }, 2)) %")
show(figure: "calibration", drawnFrom: "reliability")

//: ## Confident mistakes
//:
//: The wrong predictions with the highest confidence: the true class, the predicted class,
//: and the confidence. Some are wrong labels, some puzzle people too; the others show
//: what the network has not learnt.

show(figure: "mistakes", drawnFrom: "mistakes")

//: ## What is kept
//:
//: The report for people and programs, and the arrays behind it; `selection` is the selected
//: checkpoint once more, from which a later training may start. Last, a check of what was promised.

orExit {
  try AtomicFile.write(report.json(), to: options.output(EvaluationReport.fileName))
  try evaluation.write(
    to: options.outputFolder, images: images, on: settings.on.rawValue)
  try selection.write(
    files[selection.position], to: options.output("selection.safetensors"))
}
let drift = evaluation.largestProbabilityDrift
guard drift < 1e-5 else {
  exitWithError("probabilities of an image sum to 1 ± \(drift); the weights are damaged")
}
show("every image's probabilities sum to 1 within \(drift)")

//: The predictions are stored and every figure follows from them. The last chapter draws what the five
//: before it have found.
