import TensorFiles

/// Why training cannot start or go on.
public enum TrainingError: PrintableError, Equatable {
  /// The loss, or a weight, is infinite or not a number.
  case diverged(epoch: Int, step: Int, rate: Double, lastGood: String)
  /// A file with the state of an interrupted training does not fit this one.
  case unusableState(file: String, problem: String)
  /// The weights to start from are of another network, of other classes or of other pixels.
  case unusableStart(file: String, what: String, expected: String, found: String)
  /// Training and validation images are of different data sets.
  case differentClasses(training: [String], validation: [String])
  /// Training and validation images are to be one set and are normalised in two ways.
  case differentNormalizations(training: String, validation: String)
  /// Images without the note how they are to be normalised.
  case unprepared(set: String)
  /// All images are to train, and the validation images are the test images.
  case testImagesWouldTrain
  /// Test images stand where training images belong, or validation images without the split's word for it.
  case unannouncedTestImages(input: String)
  /// A quantity of the validation images is to steer a training that holds none out.
  case noValidationImages(key: String, quantity: String)
  /// Nesterov's look ahead was asked for without a velocity to look along.
  case nesterovWithoutMomentum
  /// Weights of the loss that are not one a class.
  case classWeights(found: Int, classes: [String])
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
      "\(file): training goes on from weights whose \(what) is \(expected), found \(found); bind "
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
    case .classWeights(let found, let classes):
      "train.loss.class-weights has \(found) weights, expected \(classes.count), one a class: "
        + "\(classes.prefix(5).joined(separator: ", "))\(classes.count > 5 ? ", …" : "")"
    case .workFolder(let path, let problem):
      "\(path): \(problem); free the disk or mend its permissions, and run again"
    }
  }
}
