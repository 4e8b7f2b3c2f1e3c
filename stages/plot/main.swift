//: # Plots
//:
//: The last chapter draws what the others found, and computes next to nothing. It reads small
//: files only, so a figure can be drawn again long after data sets, weights and predictions are
//: gone. For each figure it writes a gnuplot script and the numbers that the script draws:
//: `loss.gp`, `loss.csv`. The two are complete: `gnuplot loss.gp`, called from any folder, draws
//: the same `loss.png` and `loss.svg` beside them. To have another colour, change the script.
//:
//: | | |
//: |---|---|
//: | reads | `histogram`, `samples`, `augmented`, `examples`, `history`, `filters`, `metrics`, |
//: | | `confusion`, `reliability`, `mistakes`; where there is one, the history of a `refit`; |
//: | | the recipe's section `plot` |
//: | writes | for each figure `.gp`, `.csv`, and the pictures that `plot.formats` names |
//: | promises | equal logs give equal bytes; scripts run alone, from any folder |
//:
//: A figure is worth its place if it answers a question. Most stand where the question arises, in
//: the chapters before this one; those that remain are here.

import CheckedNumbers
import Figures
import Foundation
import Gnuplot
import Notebook
import Records
import TensorFiles

struct Settings: CheckedSettings {
  let formats: [PictureFormat]
  func check() {}
}

let options = StageOptions.parseForStage()
let formats = orExit { try options.settings(of: "plot", as: Settings.self).formats }
let renderer = orExit { try Renderer() }

//: A figure is a value: panels, axes, series. Drawing writes script and data, runs gnuplot on them,
//: and gives a picture its name only once it is whole. In the report the sharper SVG stands for the
//: figure. All figures are drawn at the end, several at once, as gnuplot uses one thread.

let queue = FigureQueue()

func draw(
  _ figure: Figure?, else absence: String = "", _ caption: String, line: Int = #line
) {
  guard let figure else { return show(absence, line: line) }
  queue.add(figure)
  let shown = formats.contains(.svg) ? "svg" : formats.first?.rawValue ?? "gp"
  let note = figure.note.map { " Shown: \($0)." } ?? ""
  show(figure: "\(figure.name).\(shown)", caption: caption + note, line: line)
}

//: A tensor file is opened and checked: it must have the kind that the earlier stage writes, and be
//: undamaged. Its metadata name the classes and the source of the images.

func tensorFile(_ input: String, schema: String? = nil, from stage: String) -> TensorFile {
  orExit {
    let file = try TensorFile(contentsOf: options.input(input))
    try file.requireSchema(schema ?? input, version: 1, producedBy: stage)
    return file
  }
}

//: ## The data
//:
//: The number of images in each class, the distribution of pixel values, some of the images, and what
//: augmentation makes of them.

let histogram = tensorFile("histogram", from: "compute-stats")
let data = orExit { try DataFigures(of: histogram) }
if let remark = renderer.remark(onLettersOf: data.classNames) { show(remark) }
draw(orExit { try data.classes(in: histogram) }, "Training images of each class.")
draw(
  orExit { try data.pixels(in: histogram) }, "Pixel values of the training images, by channel.")

let samples = tensorFile("samples", schema: "images", from: "preprocess-and-split")
draw(
  orExit { try DataFigures(of: samples).samples(in: samples) }, "Training images, a row a class.")

let augmented = tensorFile("augmented", from: "train")
draw(
  orExit { try PictureFigures.augmented(in: augmented) },
  "Training images, and random draws of what the network is shown of them.")

//: ## What the training explains
//:
//: A training writes examples of what its chapter explains: a convolution, a norm, its schedule.
//: Not every network has each of them.

for example in orExit({ try ExampleFigures.all(inFolder: options.input("examples")) }) {
  draw(example.figure, example.caption)
}

//: ## The training
//:
//: Training and validation images are drawn together, as only the distance between the two tells
//: what the network has learnt and what it has learnt by heart. Under the published protocols that
//: stop and choose on the test set, the test images validate, and every title says so. Without
//: augmentation the curves separate sooner; with it, the training images are the harder ones and the
//: validation curve may well lie on the better side. Dropout does the same, and so does the running
//: mean of an epoch: its first batches met weights that were an epoch younger.

let summary = orExit { try EvaluationReport(contentsOf: options.input("metrics")) }
let history = orExit { try TrainingHistory(contentsOf: options.input("history")) }
let status = RunStatus(data: summary.dataStatus, selectedOnTest: summary.selectedOnTest)
let training = TrainingFigures(history, status: status)

//: A run of no epochs, which only evaluates weights it was given, has a history without lines, and
//: no curves. A recipe that doesn't measure a quantity leaves its cells empty, and that figure out.

if history.isEmpty {
  show("history.csv has no epoch: the curves of the training are left out")
}

func draw(
  _ figure: KeyPath<TrainingFigures, Figure?>, else absence: String, _ caption: String,
  line: Int = #line
) {
  guard !history.isEmpty else { return }
  draw(training[keyPath: figure], else: absence, caption, line: line)
}

//: `loss` is what the optimiser minimises. If both curves fall, it is still learning. If validation is
//: level or rises while training falls, it has begun to overfit. If both are level at the start,
//: the rate is too low, or too high. A network that knows nothing gives each of $K$ classes the
//: probability $1/K$, so its loss is $\ln K$, for ten classes 2.30; a first epoch that ends above
//: it is worse than guessing. A loss with label smoothing ends at its minimum and not at zero,
//: which the chapter on training explains.

draw(\.loss, else: "no losses in history.csv: no figure 'loss'", "Loss over the epochs.")

//: `top1` is the fraction of images whose most probable class is the true one, `top5` of those whose
//: true class is among the five most probable. Of ten classes, guessing gives 10 and 50 %, so
//: `top5` soon has little room left, and of up to five classes it is always 100 % and left out. The
//: validation curve jitters late in training by about its standard error, so its highest point is
//: partly luck.

draw(\.top1, else: "no accuracies in history.csv: no figure 'top1'", "Top-1 accuracy.")
draw(
  \.top5,
  else: "no top-5 accuracies, or up to five classes, of which they are 100 %: no figure 'top5'",
  "Top-5 accuracy.")

//: `per-class-train` and `per-class-validation` split the accuracy by class, the legend in the order
//: in which the lines end. Lines far below the others are the classes to look at. Two lines that
//: swing against each other from epoch to epoch are a pair the network cannot yet tell apart.

draw(
  \.perClassTraining,
  else: "training accuracy by class was not measured: no figure 'per-class-train'",
  "Top-1 accuracy of each class on the training images.")
draw(
  \.perClassValidation,
  else: "validation accuracy by class was not measured: no figure 'per-class-validation'",
  "Top-1 accuracy of each class on the validation images.")

//: `training` puts loss, accuracy, rate and gap on one page, epoch under epoch.

draw(
  \.overview, else: "nothing to draw in history.csv: no figure 'training'",
  "Loss, accuracy, learning rate, and the gap between training and validation accuracy.")

//: How much of the training was needed? The best epoch, $e^*$, is the one with the highest
//: validation accuracy; the epochs after it did not improve the result. If it is the last, the
//: training may not have converged. Of $E$ epochs, the *efficiency* is
//:
//: $$ 100 \left( 1 - \frac{E - e^*}{E} \right) \% $$

if let efficiency = history.efficiency {
  let (run, best) = ("\(efficiency.epochs)", "\(efficiency.convergenceEpoch)")
  show(
    table: Table(
      header: ["epochs run", "convergence epoch", "efficiency %"],
      rows: [[run, best, decimals(efficiency.percent, 1)]]))
} else {
  show("validation accuracy was not measured: no convergence epoch")
}

//: Some recipes continue training from the selected epoch, on all images. No image
//: is held out then: `refit` has the curves of the training images alone.

if let refit = options.optionalInput("refit") {
  let later = orExit { try TrainingHistory(contentsOf: refit) }
  draw(
    TrainingFigures(later, status: status).continuation,
    else: "nothing to draw in the history of the refit: no figure 'refit'",
    "The training that went on from the selected epoch.")
}

//: ## The filters and the evaluation
//:
//: What the first layer looks for, which classes are mistaken for which, whether the confidence can
//: be believed, and where the network is wrong and confident.

let pictures = PictureFigures(status: status)
let evaluation = EvaluationFigures(summary)
let filters = tensorFile("filters", from: "train")
draw(
  orExit { try pictures.filters(in: filters) }, "The first layer's filters, after the best epoch.")

let confusion = tensorFile("confusion", from: "evaluate")
draw(
  orExit { try evaluation.confusion(in: confusion) },
  "Images by true class (down) and predicted class (right).")
draw(
  evaluation.classScores,
  "Precision, recall and F1 of each class, and their means over the classes that occur.")

let reliability = tensorFile("reliability", from: "evaluate")
draw(
  orExit { try evaluation.calibration(in: reliability) },
  "Accuracy over confidence, and how many images have which confidence.")

let wrong = tensorFile("mistakes", from: "evaluate")
draw(
  orExit { try pictures.mistakes(in: wrong, on: evaluation.images) },
  else: "no image was taken for another: no figure 'mistakes'",
  "The surest mistakes: truth, then what it was taken for and how surely.")

//: ## What is here now
//:
//: Now they are drawn. A picture that is missing would have ended the stage. What remains is to see
//: that nothing else lies here than a script, its data and its pictures for each figure:

orExit {
  try queue.draw(
    by: renderer, formats: formats, into: options.outputFolder,
    processes: options.threads)
}
let files = orExit { try FileManager.default.contentsOfDirectory(atPath: options.output) }
let figures = files.filter { $0.hasSuffix(".gp") }.map { String($0.dropLast(3)) }.sorted()
show(
  table: Table(
    header: ["figure", "files"],
    rows: figures.map { name in
      [name, files.filter { $0.hasPrefix(name + ".") }.sorted().joined(separator: " ")]
    }))

//: That is all: bytes, statistics, a split, a training, a test, and figures of the results. Change a
//: value in the recipe, and only the chapters that depend on it run again.
