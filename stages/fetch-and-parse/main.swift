//: # Fetch and parse
//:
//: An *image classifier* is a function. It takes a picture and names what the picture shows, out
//: of a fixed list of classes. The rules by which it does so are not written down: it is *trained*,
//: which means that its weights are adjusted until its answers on labelled examples are right. This
//: is the first of six chapters that describe one such training, from the first byte to the last
//: figure.
//:
//: Every run begins here: with labelled images, as bytes, in two files. They are CIFAR-10's 60,000
//: photographs, those of CIFAR-100, pictures of your own, or generated drawings that need no download.
//:
//: | | |
//: |---|---|
//: | reads | the recipe's section `dataset`; an archive, a folder or the network as it says |
//: | writes | `train.safetensors`, `test.safetensors`: |
//: | | `images` U8 [N, 3, side, side], `labels` U8 [N], above 256 classes I32 |
//: | | `pictures.csv`, for a folder of pictures: the outcome for each file |
//: | promises | official data's digest, counts and labels are checked; other data are marked |
//:
//: ## What is to be learnt
//:
//: An image is three planes of bytes, one per colour: with a side of 32 pixels $3 \times 32 \times 32 =
//: 3{,}072$ of them. A label is the number of a class. So for ten classes the wanted function is
//:
//: $$ f : \{0, \ldots, 255\}^{3 \times 32 \times 32} \to \{0, \ldots, 9\} $$
//:
//: The same bytes in another order show nothing, and the same object moved by one pixel has almost entirely
//: different bytes. That is why such a function is learnt and not written by hand.

import Datasets
import Notebook
import PictureFolders

import struct Foundation.URL

let options = StageOptions.parseForStage()

//: ## Where the images come from
//:
//: `dataset.source` names one of several sources, all of which give the same form. `shapes` are drawn
//: from a seed. `cifar-10` and `cifar-100` come from an address or from this machine
//: (`dataset.archive`), in the binary or the Python edition. `folder` is a folder of pictures, and
//: `arrays` are files of NumPy or safetensors. Contradictory settings are rejected
//: before anything is read.

let settings = orExit { try options.settings(of: "dataset", as: DatasetSettings.self) }
let location = orExit { try settings.location() }

//: What is known of this run's data:

show(table: Table(header: ["", "\(settings.source.rawValue)"], rows: settings.source.facts))

//: ## Reading them
//:
//: A download is 170 MB and is made once: it stays in `data/raw`, and an interrupted one resumes where
//: it stopped, in this run or the next. The official archive is checked against its published size and
//: SHA-256 digest before it gets its name: a file with this digest is the published file,
//: wherever it came from. Another archive gets its name after it has been parsed, so that an error page
//: that a server sends instead of the file is not used by the next run.

func showingProgress(
  _ get: ((Download.Event) -> Void) throws -> CIFAREdition
) rethrows -> CIFAREdition {
  var progress: Progress?
  defer { progress?.finish() }
  return try get { event in
    guard case .progress(let done, let total) = event else { return show(event.description) }
    guard let total else { return }
    progress =
      progress
      ?? Progress(
        "downloading", total: total / 1_000_000, unit: "MB", alreadyDone: done / 1_000_000)
    progress?.update(done: done / 1_000_000)
  }
}

//: An archive is read front to back, once. The members that hold images and names go into memory,
//: and nothing from the archive is ever created on disk, so links, devices and paths that
//: climb out of a folder have no effect. An archive that unpacks to terabytes is rejected at twice the
//: size allowed for its members.
//:
//: A record of CIFAR-10's binary edition is 3,073 bytes: one label, then 1,024 red values, 1,024
//: green ones, 1,024 blue ones, each plane row by row from the top. With the channel $c$ counted
//: from 0, and $i$ and $j$ the pixel's row and column, the value stands at byte
//:
//: $$ 1 + 1024\,c + 32\,i + j $$
//:
//: of the record. Without its label a record therefore *is* an array of shape [3, 32, 32], and
//: parsing is copying. Drawn shapes go the same way: they are written as CIFAR-10 batches into
//: this stage's work folder and read back, so that every run exercises the parser.

func cifar(_ kind: CIFARKind, at location: ArchiveLocation) throws -> CIFAREdition {
  let rawFolder = URL(fileURLWithPath: "data/raw")
  switch location {
  case .official:
    return try showingProgress { try CIFAREdition.official(kind, into: rawFolder, report: $0) }
  case .address(let text):
    let download = try Download(from: WebAddress(text), into: rawFolder)
    return try showingProgress { try download.edition(of: kind, report: $0) }
  case .local(let path):
    return try CIFAREdition(archiveOrFolder: URL(fileURLWithPath: path), of: kind)
  }
}

//: Pictures of your own lie in a folder for each class, directly or under `train`, `val` and `test`.
//: Photographs have any size, but a network needs a fixed one. So the middle square of each picture is cut
//: out and resized to `dataset.side`; every pixel of the result is a weighted mean of all those it
//: covers (antialiasing); otherwise fine patterns would turn into false coarse ones. Files that are
//: no pictures, or damaged ones, are left out and listed.

func pictures(at path: String) throws -> FolderImages {
  let folder = try PictureFolder(at: URL(fileURLWithPath: path))
  let files = folder.entries.values.reduce(0) { $0 + $1.count }
  var progress = Progress("reading", total: files, unit: "pictures")
  defer { progress.finish() }
  return try folder.images(side: settings.side, threads: options.threads) { done, _ in
    progress.update(done: done)
  }
}

//: `arrays` are read as they are: pixels are bytes, [N, H, W, 3] or grey, labels are whole numbers.
//: MedMNIST and CIFAR-10.1 have this form.
//:
//: ## Three parts
//:
//: Accuracy on the training images says little about what a network has learnt: it may know the labels
//: by heart. Images for the *test* are therefore set aside before anything else happens, and some
//: more for *validation*, by which choices are made in training. If the source does not say
//: which those are, a fraction of each class is drawn here from the seed, so that each part has the
//: classes in the same proportions. Images that are the same to the last pixel stay together: a
//: copy of a training image in the test would be known already.
//:
//: CIFAR has a test set and leaves validation to the recipe (`split`).

func completed(_ parsed: ParsedDataset) -> (set: ParsedDataset, parts: PartIndices) {
  parsed.completed(
    validation: settings.validationFraction, test: settings.testFraction, seed: settings.seed)
}

func dataset(at location: DataLocation) throws -> (set: ParsedDataset, pictures: PictureTable?) {
  switch location {
  case .drawn(let drawn, let training, let test):
    let set = try drawn.dataset(training: training, test: test, workFolder: options.workFolder)
    return (set, nil)
  case .cifar(let kind, let place):
    return (try cifar(kind, at: place).parse(labels: settings.labels), nil)
  case .folder(let path):
    let images = try pictures(at: path)
    let (set, parts) = completed(images.dataset)
    let table = PictureTable(
      of: images, completed: set, parts: parts, repeated: set.repeatedImages())
    return (set, table)
  case .arrays(let path):
    let (set, _) = completed(try ArrayDataset.read(at: URL(fileURLWithPath: path)))
    let repeated = set.repeatedImages().count
    if repeated > 0 { warn("\(repeated) images repeat one of another part or class") }
    return (set, nil)
  }
}

//: A recipe may use fewer images: `dataset.training-images` and
//: `dataset.test-images` select that many, with the same fraction of each class as in the whole set. The
//: seed chooses them, and they keep their order.

let (train, tested, table) = orExit {
  let (set, table) = try dataset(at: location)
  let indices = try settings.chosenIndices(among: set)
  let chosen = set.taking(indices)
  return (chosen.trainingFile, chosen.test, table?.taking(indices))
}
guard let test = tested, test.count > 0 else {
  exitWithError("the data set has no test images; add some, or raise dataset.test-fraction")
}

//: Whether the bytes are the official ones decides what a figure measured on them is worth. A CIFAR
//: archive that is not an official one is used all the same, and marked from here to the report.

if let warning = train.dataStatus.warning { warn(warning) }

//: Of a folder, three kinds of problems are listed: classes that have no image in some part; files
//: that can't be read; and copies that are in two parts, where they make the test too easy, or in
//: two classes, which can't both be right. The first twenty appear here, and `pictures.csv` has the
//: outcome for every file. With `dataset.strict` they stop the stage.

if let table {
  orExit { try table.write(to: options.output("pictures.csv")) }
  for problem in table.problems.prefix(settings.strict ? .max : 20) { show(problem) }
  if let first = table.problems.first {
    guard !settings.strict else {
      let problems = PictureFolderError.problems(
        folder: settings.archive ?? "", count: table.problems.count, first: first)
      exitWithError("\(problems)")
    }
    warn("\(table.problems.count) problems with pictures; pictures.csv has every file")
  }
}
show(
  "\(train.count - train.setAsideCount) training, \(train.setAsideCount) validation and "
    + "\(test.count) test images of \(train.side)×\(train.side), \(train.dataStatus.rawValue) data")

//: If the classes have different numbers of images, a program that always names the largest one
//: looks better than it is; `train.loss.class-weights` and the balanced accuracy of `evaluate` are
//: for that.

let rows = train.classNames.indices.map { label in
  [String(label), train.classNames[label]]
    + [train, test].map { String($0.classCounts[label]) }
}
show(table: Table(header: ["label", "class", "train", "test"], rows: rows).shortened())

//: ## Writing
//:
//: From here on the data set is two tensor files, and no later stage knows where they came from but
//: by what they say of themselves: class names, source and status stand in the header. Validation
//: images that the source has set aside stand at the end of `train`, and the header says how many
//: they are. Pixels stay bytes. They are exact, take a quarter of the room of floats, and every later
//: choice is still open.

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
