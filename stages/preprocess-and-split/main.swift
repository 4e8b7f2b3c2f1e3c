//: # Preprocess and split
//:
//: A network is judged by images it has not learned from. This stage decides, once and on record, which
//: images train, which choose among models and which test, and how pixels are to be normalised.
//:
//: | | |
//: |---|---|
//: | reads | `train`, `test`, `statistics`; the recipe's sections `split` and `preprocess` |
//: | writes | `training`, `validation`, `test`: images, labels, indices, normalisation |
//: | | `split.safetensors`: the indices alone; `samples`: 100 training images to look at |
//: | promises | no image both trains and validates; equal settings give equal bytes |
//:
//: Nothing is normalised here. Files keep bytes, at a quarter of the size of floats, and carry the
//: constants; the loader that makes batches applies them, after augmentation, as published systems do.

import Datasets
import Notebook

let options = StageOptions.parseForStage()

struct Settings: Decodable {
  let split: SplitSettings
  let preprocess: PreprocessSettings
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

//: ## Who trains, who validates
//:
//: Three ways to set images aside: the `last` ones, as ResNet's protocol has it; `random` ones; or
//: `stratified`, random ones with exactly the same number of each class. The draw depends on the
//: split's own seed alone, so a training run can change its seed and keep its images.

let split = orExit {
  try Split(
    settings.split.kind, validation: settings.split.validation, seed: settings.split.seed,
    of: train, testCount: test.count)
}

//: Some published systems chose their best epoch on the test images. `split.validation: test` repeats
//: that: all training images train, and the file called `validation` holds the test images, so that the
//: trainer neither knows nor cares. Every figure of such a run carries the remark, for it is no longer
//: an estimate of what new images would give.

if split.selectedOnTest {
  warn("selected on test: the test images validate, so test figures are not of unseen images")
}

//: ## How pixels will be normalised
//:
//: Four ways: 0.5 and 0.5, which maps bytes to −1 … 1; constants from a paper; those that the stage
//: before measured; or each image by its own mean and deviation, which needs none.

let normalization = orExit { try settings.preprocess.normalization(statistics) }
show("normalisation: \(normalization)")

//: ## Taking the images
//:
//: Every file lists for each image the record it was, so that a misclassified picture can be followed
//: back to the archive. Indices rise; shuffling is the trainer's business.

func take(_ indices: [Int32], of images: ImageSet, from origin: Origin) -> ImageSet {
  images.selecting(
    indices, from: origin, normalization: normalization, selectedOnTest: split.selectedOnTest)
}

let training = take(split.training, of: train, from: .train)
let validation = take(
  split.validation, of: split.selectedOnTest ? test : train, from: split.validationSource)
let tested = take(test.allIndices, of: test, from: .test)

//: Ten training images of each class, first class first, are for the figure that shows what the data
//: look like.

let samples = take(split.samples(of: train, perClass: 10), of: train, from: .train)

show(
  table: Table(
    header: ["class", "training", "validation", "test"],
    rows: train.classNames.indices.map { label in
      [train.classNames[label]]
        + [training, validation, tested].map { String($0.classCounts[label]) }
    } + [["all"] + [training, validation, tested].map { String($0.count) }]))

//: ## Writing
//:
//: The indices get a file of their own: a split is a decision, and decisions should be small enough to
//: read.

orExit {
  try training.write(to: options.output("training.safetensors"))
  try validation.write(to: options.output("validation.safetensors"))
  try tested.write(to: options.output("test.safetensors"))
  try samples.write(to: options.output("samples.safetensors"))
  try split.write(to: options.output("split.safetensors"))
}

//: ## Was the promise kept?
//:
//: What trains and what validates must be two sets, and together, where both are training images, all
//: of them.

let both = Set(split.training).intersection(split.selectedOnTest ? [] : split.validation)
let taken = split.training.count + (split.selectedOnTest ? 0 : split.validation.count)
guard both.isEmpty, taken == train.count else {
  exitWithError("\(both.count) images train and validate, \(taken) of \(train.count) are taken")
}
show("checked: no image both trains and validates, none is left out")
