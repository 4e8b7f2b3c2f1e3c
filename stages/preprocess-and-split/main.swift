//: # Preprocess and split
//:
//: A network is judged on images that it has not learned from. This stage decides, once and on record,
//: which images are for training, for choosing among models and for the test, and how pixels are
//: normalised.
//:
//: | | |
//: |---|---|
//: | reads | `train`, `test`, `statistics`; the recipe's sections `split` and `preprocess` |
//: | writes | `training`, `validation`, `test`: images, labels, indices, normalisation |
//: | | `split.safetensors`: the indices alone; `samples`: 100 training images to look at |
//: | promises | no image both trains and validates; equal settings give equal bytes |
//:
//: Nothing is normalised here. Files keep bytes, at a quarter of the size of floats, and carry the
//: constants; the loader that makes batches applies them, after augmentation, as published systems
//: do.
//:
//: ## Why images are held out
//:
//: A network with a million weights can learn 50,000 labels by heart, even random labels
//: (Zhang et al., 2017, arXiv:1611.03530). So its accuracy on the images it was trained on says
//: little. What counts is its accuracy on future images, and that can only be
//: estimated on images that were kept away. There are three sets, each with its purpose:
//:
//: - *training*: the weights are fitted to them;
//: - *validation*: they choose among networks that are already trained: the best epoch, the better
//:   of two recipes, the moment to stop. No weight is fitted to them, but a
//:   choice among many by a figure also finds the lucky ones. The figure of the chosen one is a
//:   little too good;
//: - *test*: they choose nothing, and are looked at once, when all choices are made.

import CheckedNumbers
import Datasets
import Notebook

let options = StageOptions.parseForStage()

struct Settings: CheckedSettings {
  let split: SplitSettings
  let preprocess: PreprocessSettings
  func check() throws {
    try split.check()
    try preprocess.check()
  }
}

let settings = orExit { try options.settings(as: Settings.self) }
let train = orExit {
  try ImageSet(contentsOf: options.input("train"), producedBy: "fetch-and-parse")
}
let test = orExit {
  try ImageSet(contentsOf: options.input("test"), producedBy: "fetch-and-parse")
}
let statistics = orExit {
  try ChannelStatistics(contentsOf: options.input("statistics"), producedBy: "compute-stats")
}
if let warning = train.dataStatus.warning { warn(warning) }

//: ## Training and validation images
//:
//: A data set may bring validation images of its own, as folders of pictures and arrays do; then
//: those validate. Of another, there are three ways to set images aside: the `last` ones, as
//: in ResNet's protocol; `random` ones; or `stratified`, random ones with exactly the same
//: number of each class. The draw depends on the split's own seed alone, so a training run can
//: change its seed and keep its images.
//:
//: The use of stratification: of $N$ images with a fraction $\pi$ in some class, a random choice of
//: $m$ has a number of that class that scatters about $m \pi$ with the deviation
//:
//: $$ \sqrt{m \, \pi \, (1 - \pi) \, \frac{N - m}{N - 1}} $$
//:
//: the hypergeometric distribution's. It biases nothing, but it is noise, and equal fractions are
//: free of it. For the first class of these images:

let split = orExit {
  try Split(
    settings.split.kind, validation: settings.split.validation, seed: settings.split.seed,
    of: train, testCount: test.count)
}
let (first, size) = (train.classCounts[0], split.selectedOnTest ? 0 : split.validation.count)
show(
  "of \(train.count) images, \(first) are of class \(train.classNames[0]); \(size) at random would hold "
    + "\(decimals(Double(first) * Double(size) / Double(train.count), 0)) of them, give or take "
    + decimals(Split.deviation(ofClass: first, among: train.count, drawn: size), 1))

//: Some published systems chose their best epoch on the test images. `split.validation: test`
//: repeats that: all training images train, and the file called `validation` holds the test images,
//: so that training needs no special case. Every figure of such a run carries a remark,
//: since it is no longer an estimate of what new images would give.

if split.selectedOnTest {
  warn("selected on test: the test images validate, so test figures are not of unseen images")
}

//: ## How pixels will be normalised
//:
//: With $v$ a byte, the network sees
//:
//: $$ x = \frac{v / 255 - \mu}{\sigma} $$
//:
//: There are four ways to choose $\mu$ and $\sigma$:
//:
//: - `half`: 0.5 and 0.5, which maps bytes to −1 … 1;
//: - `constants`: those of a paper, one pair per channel;
//: - `statistics`: those that the stage before measured, one pair per channel. Over the images
//:   measured, each channel then has mean 0 and deviation 1;
//: - `per-image`: each image by its own, over all values of its three channels together:
//:
//: $$ x = \frac{v / 255 - \mu_\text{image}}{\sigma_\text{image} + 10^{-7}} $$
//:
//: The last one removes a photograph's brightness and contrast, which say little
//: about what it shows. The small number prevents a division by zero for an image of a single colour.
//:
//: Whatever is chosen is part of the network from now on: weights are of no use without the $\mu$
//: and $\sigma$ under which they were learnt. So the constants travel with the images, and later
//: with the weights.

let normalization = orExit { try settings.preprocess.normalization(statistics) }
show("normalisation: \(normalization)")

//: ## Selecting the images
//:
//: Every file lists each image's original record, so that a misclassified picture can be
//: traced back to the archive. Indices are ascending; the stage that trains shuffles them.

func take(_ indices: [Int32], of images: ImageSet, from origin: Origin) -> ImageSet {
  images.selecting(
    indices, from: origin, normalization: normalization, selectedOnTest: split.selectedOnTest)
}

let training = take(split.training, of: train, from: .train)
let validation = take(
  split.validation, of: split.selectedOnTest ? test : train, from: split.validationSource)
let tested = take(test.allIndices, of: test, from: .test)

//: The figure shows ten training images of each class; fewer if there are more than 40
//: classes. It is the quickest check there is: a row of the wrong things is a shuffled label file,
//: false colours are channels in the wrong order, slanting noise is a wrong row length. It also
//: shows how hard the task is for you. The table counts the images of the three sets.

let classCount = train.classNames.count
let samples = take(
  split.samples(of: train, perClass: classCount <= 40 ? 10 : max(400 / classCount, 1)),
  of: train, from: .train)
show(figure: "samples", drawnFrom: "samples")
show(
  table: Table(
    header: ["class", "training", "validation", "test"],
    rows: train.classNames.indices.map { label in
      [train.classNames[label]]
        + [training, validation, tested].map { String($0.classCounts[label]) }
    } + [["all"] + [training, validation, tested].map { String($0.count) }]
  ).shortened())

//: ## Writing
//:
//: The indices get a file of their own: a split is a decision, and decisions should be small enough
//: to read.

orExit {
  try training.write(to: options.output("training.safetensors"))
  try validation.write(to: options.output("validation.safetensors"))
  try tested.write(to: options.output("test.safetensors"))
  try samples.write(to: options.output("samples.safetensors"))
  try split.write(to: options.output("split.safetensors"))
}

//: ## Was the promise kept?
//:
//: The training and validation images must be two sets, and together, if both are training images,
//: contain all of them.

let both = Set(split.training).intersection(split.selectedOnTest ? [] : split.validation)
let taken = split.training.count + (split.selectedOnTest ? 0 : split.validation.count)
guard both.isEmpty, taken == train.count else {
  exitWithError("\(both.count) images train and validate, \(taken) of \(train.count) are taken")
}
show("checked: no image both trains and validates, none is left out")

//: Everything that can be decided before the first weight is drawn is decided now. The next chapter gets
//: the training and the validation images. The test images wait for the one after it.
