//: # Fetch and parse
//:
//: An *image classifier* is a function. It is given a picture and names what the picture shows, out
//: of a fixed list of classes. Nobody writes down the rules by which it does so: it is *trained*,
//: which is to say that its numbers are adjusted until its answers on labelled examples are right.
//: The six chapters of which this is the first are such a training, from the first byte to the last
//: figure.
//:
//: Every run begins here: with labelled images, as bytes, in two files. They are CIFAR-10's 60,000
//: photographs, or drawings of ours that stand in for them where there is no network.
//:
//: | | |
//: |---|---|
//: | reads | the recipe's section `dataset`; an archive, a folder or the network as it says |
//: | writes | `train.safetensors`, `test.safetensors`: |
//: | | `images` U8 [N, 3, 32, 32], `labels` U8 [N] |
//: | promises | official data's digest, counts and labels are checked; other data are marked |
//:
//: ## The data set
//:
//: CIFAR-10 holds colour photographs of 32×32 pixels, 6,000 of each of ten classes: airplane,
//: automobile, bird, cat, deer, dog, frog, horse, ship, truck. Its makers divided it into 50,000
//: images for training and 10,000 for the test (Krizhevsky, 2009, "Learning multiple layers of
//: features from tiny images", chapter 3). An image is 3 × 32 × 32 = 3,072 bytes, so the function
//: that is wanted is
//:
//: $$ f : \{0, \ldots, 255\}^{3 \times 32 \times 32} \to \{0, \ldots, 9\} $$
//:
//: The images are small enough for a processor to learn from them in minutes or hours, and hard
//: enough that doing it well took the field some years. Two faults are known. For 3.3 % of the test
//: images a near copy stands among the training images (Barz and Denzler, 2020, arXiv:1902.00423),
//: and about half a percent of the test labels are wrong (Northcutt et al., 2021,
//: arXiv:2103.14749). So nobody should want 100 %.
//:
//: The drawn images have the same form: ten kinds of shapes and textures, with random place, size,
//: lean, colours, background, noise, and now and then a bar in front. None of the ten turns into
//: another when it is mirrored, turned or moved. They are much easier than photographs. What they
//: show is that everything works, not that it works on anything real.

import CheckedNumbers
import Datasets
import Notebook

import struct Foundation.URL

let options = StageOptions.parseForStage()

//: ## Where the images come from
//:
//: Four sources, one form. `shapes` are drawn from a seed. CIFAR-10 comes from its own address,
//: from another one (`dataset.url`), or from this machine (`dataset.archive`). Two of these at
//: once, or an archive that `shapes` would never look at, are mistakes, and better told now than
//: found later.

struct Settings: CheckedSettings {
  let dataset: DatasetSettings
  func check() throws { try dataset.check() }
}

let settings = orExit { try options.settings(as: Settings.self) }
let location = orExit { try settings.dataset.location() }

//: ## Getting them
//:
//: A download is 170 MB and is made once: it stays in `data/raw`, and one that breaks goes on where
//: it broke, in this run or the next. The official archive is held to its published size and to its
//: SHA-256 digest before it gets its name: a file that has the digest is the published file,
//: whoever sent it. Another archive gets its name when it has been parsed, so that the page which
//: some servers send in a file's place is not found there by the next run. Progress goes to the terminal; whatever else happens on the way is worth a
//: line.

func batches(of download: Download) throws -> CIFARBatches {
  var progress: Progress?
  defer { progress?.finish() }
  return try download.batches { event in
    guard case .progress(let done, let total) = event else { return show(event.description) }
    guard let total else { return }
    progress =
      progress
      ?? Progress(
        "downloading", total: total / 1_000_000, unit: "MB", alreadyDone: done / 1_000_000)
    progress?.update(done: done / 1_000_000)
  }
}

let rawFolder = URL(fileURLWithPath: "data/raw")

//: An archive is read front to back, once, and seven of its members are taken: five training
//: batches, one of test images, and the class names. They go into memory. Nothing that a stranger
//: packed is ever created on disk, so links, devices and paths that climb out of a folder lead
//: nowhere, and an archive that swells to terabytes is stopped at five times what the seven may
//: have.
//-
//: Drawn images take the same road: they are written as CIFAR-10 batches into this stage's work
//: folder and read back. So the parser below is exercised by every run, also where no one has
//: CIFAR-10.

func batches(at location: DataLocation) throws -> CIFARBatches {
  switch location {
  case .official: return try batches(of: .official(into: rawFolder))
  case .address(let text):
    return try batches(of: Download(from: WebAddress(text), into: rawFolder))
  case .local(let path): return try CIFARBatches(archiveOrFolder: URL(fileURLWithPath: path))
  case .drawn(let shapes, let training, let test):
    try shapes.write(training: training, test: test, to: options.work("shapes"))
    return try CIFARBatches(folder: options.work("shapes"), source: .shapes)
  }
}

let files = orExit { try batches(at: location) }

//: Whether the bytes are the official ones decides what a figure measured on them is worth. Data
//: that can't be traced to the official archive is used all the same, and says so from here to the
//: report.

if let warning = files.dataStatus.warning { warn(warning) }

//: ## Parsing
//:
//: A batch is a row of records without a header, and a record is 3,073 bytes: one label, then 1,024
//: red values, 1,024 green ones, 1,024 blue ones, each plane row by row from the top. With the
//: channel $c$ counted from 0, and $i$ and $j$ the pixel's row and column, the value stands at byte
//:
//: $$ 1 + 1024\,c + 32\,i + j $$
//:
//: of the record. Without its label a record therefore *is* an array of shape [3, 32, 32], and a
//: batch one of shape [N, 3, 32, 32]: parsing is copying. What is checked is the rest: an official
//: file has exactly 10,000 records, one's own at least one and no fraction of one, and every label
//: is 0 to 9.

let parsed = orExit { try files.parse() }
show(
  "\(parsed.train.count) training and \(parsed.test.count) test images, "
    + "\(parsed.train.dataStatus.rawValue) data")

//: Fewer of them will do where the recipe says so: `dataset.training-images` and
//: `dataset.test-images` take that many, of each class the same share as it has among all. The seed
//: chooses them, and they stay in the archive's order.

let (train, test) = orExit { try settings.dataset.chosen(among: parsed) }
if train.count < parsed.train.count || test.count < parsed.test.count {
  show("of them the recipe takes \(train.count) and \(test.count), chosen class by class")
}

//: The classes of CIFAR-10 are balanced, 5,000 and 1,000 images each. Where one's own data are not,
//: the table shows it, and a stratified split will say it.

show(
  table: Table(
    header: ["label", "class", "train", "test"],
    rows: train.classNames.indices.map { label in
      [
        String(label), train.classNames[label], String(train.classCounts[label]),
        String(test.classCounts[label]),
      ]
    }))

//: ## Writing
//:
//: From here on the data set is two tensor files, and no later stage knows where they came from but
//: by what they say of themselves: class names, source and status stand in the header. Pixels stay
//: bytes. They are exact, take a quarter of the room of floats, and every later choice is still
//: open.

orExit {
  try train.write(to: options.output("train.safetensors"))
  try test.write(to: options.output("test.safetensors"))
}

//: ## Was the promise kept?
//:
//: The files are read back, which checks their digests, and must be what was parsed, byte for byte.

let isIntact = orExit {
  try ImageSet(contentsOf: options.output("train.safetensors")) == train
    && ImageSet(contentsOf: options.output("test.safetensors")) == test
}
guard isIntact else {
  exitWithError("the files read back differ from what was parsed; check the disk")
}
show("read back: both files hold what was parsed")

//: What the bytes are is settled. What they look like on average, and why a network wants to know,
//: is the matter of the next chapter.
