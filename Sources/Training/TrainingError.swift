import TensorFiles

/// Why training can't start or continue.
public enum TrainingError: PrintableError, Equatable {
  /// The loss, or a weight, is infinite or NaN.
  case diverged(epoch: Int, step: Int, rate: Double, lastGood: String)
  /// A state file in the work folder does not belong to this training run.
  case unusableState(file: String, problem: String)
  /// The weights to start from belong to another network, other classes or other pixels.
  case unusableStart(file: String, what: String, expected: String, found: String)
  /// Training and validation images are of different data sets.
  case differentClasses(training: [String], validation: [String])
  /// Training and validation images are to be joined and have different normalisations.
  case differentNormalizations(training: String, validation: String)
  /// Images that don't record their normalisation.
  case unprepared(set: String)
  /// All images are to be trained on, and the validation images are the test images.
  case testImagesWouldTrain
  /// Test images were given as training images, or as validation images without `split.validation:
  /// test`.
  case unannouncedTestImages(input: String)
  /// A quantity of the validation images is monitored, and there are no validation images.
  case noValidationImages(key: String, quantity: String)
  /// Nesterov's variant without momentum.
  case nesterovWithoutMomentum
  /// A group of parameters whose settings can't be combined.
  case optimizerGroup(ParameterGroup, problem: String)
  /// Settings of a group to which no parameter of the network belongs.
  case emptyGroup(ParameterGroup)
  /// An optimiser that can't update a parameter of this shape.
  case unsuitableRule(
    OptimizerSettings.Kind, parameter: String, shape: [Int], group: ParameterGroup?)
  /// The number of class weights differs from the number of classes.
  case classWeights(found: Int, classes: [String])
  /// The network can't be trained on images of this side: they are larger than its input, or
  /// `layer`, usually a head without global pooling, is made for its input's side alone.
  case imageSide(side: Int, full: Int, network: String, layer: String?)
  /// The work folder cannot be written.
  case workFolder(path: String, problem: String)

  public var message: String {
    switch self {
    case .diverged(let epoch, let step, let rate, let lastGood):
      "the loss is not finite after step \(step) of epoch \(epoch), learning rate \(rate); the last "
        + "good weights are \(lastGood); try a lower train.optimizer.learning-rate"
    case .unusableState(let file, let problem):
      "\(file): its \(problem) is not that of this training; delete it to start afresh"
    case .unusableStart(let file, let what, let expected, let found):
      "\(file): training continues from weights whose \(what) is \(expected), found \(found); bind "
        + "'start' to a step that trains the same network on the same images"
    case .differentClasses(let training, let validation):
      "training images have classes \(training), validation images \(validation); rerun "
        + "preprocess-and-split: ./pipeline.sh run RECIPE --from preprocess-and-split --force"
    case .differentNormalizations(let training, let validation):
      "training images are normalised by \(training), validation images by \(validation); rerun "
        + "preprocess-and-split: ./pipeline.sh run RECIPE --from preprocess-and-split --force"
    case .unprepared(let set):
      "the \(set) images do not say how to normalise them; rerun "
        + "preprocess-and-split: ./pipeline.sh run RECIPE --from preprocess-and-split --force"
    case .testImagesWouldTrain:
      "train.data is training-and-validation, and the validation images are the test images; set "
        + "split.validation to a number, or train.data to training"
    case .unannouncedTestImages(let input):
      "input '\(input)' has images of the test file; bind it to preprocess-and-split.\(input); test "
        + "images may validate where the recipe says split.validation: test"
    case .noValidationImages(let key, let quantity):
      "\(key) is \(quantity), and train.data: training-and-validation holds nothing out; choose a "
        + "quantity of the training images, or train.data: training"
    case .nesterovWithoutMomentum:
      "train.optimizer.nesterov is true and momentum is 0; set train.optimizer.momentum, 0.9 for example"
    case .optimizerGroup(let group, let problem):
      "the optimiser of \(group.rawValue), from train.optimizer.\(group.rawValue) and train.optimizer: "
        + problem
    case .emptyGroup(let group):
      "train.optimizer.\(group.rawValue) is for \(group.about), and the network has none; leave it out"
    case .unsuitableRule(let kind, let parameter, let shape, let group):
      "train.optimizer.kind is \(kind) for \(parameter), whose shape is \(shape); \(kind) expects weights "
        + "with two dimensions or more; set "
        + (group.map { "train.optimizer.\($0.rawValue).kind" } ?? "train.optimizer.kind")
        + ", to sgd for example"
    case .classWeights(let found, let classes):
      "train.loss.class-weights has \(found) weights, expected \(classes.count), one a class: "
        + "\(classes.prefix(5).joined(separator: ", "))\(classes.count > 5 ? ", …" : "")"
    case .imageSide(let side, let full, let network, nil):
      "train.image-side.sides: images of \(side) pixels, expected at most the \(full) of the input of "
        + "\(network); leave the larger sides out"
    case .imageSide(let side, let full, let network, .some(let layer)):
      "train.image-side.sides: layer '\(layer)' of \(network) can't work on images of \(side) pixels, "
        + "only of \(full) or near it; take a network with global pooling, resnet20 for example, or leave "
        + "train.image-side out"
    case .workFolder(let path, let problem):
      "\(path): \(problem); free the disk or mend its permissions, and run again"
    }
  }
}
