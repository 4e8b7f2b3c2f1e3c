import Randomness
import TensorFiles

/// The training and validation records.
///
/// Indices count the records of a parsed file from 0, `training` those of `train`, `validation` those
/// of `validationSource`. Both are ascending; shuffling is done in training.
public struct Split: Sendable, Equatable {
  public enum Kind: String, Sendable, Decodable, CaseIterable {
    /// The last records are for validation.
    case last
    /// Random records are for validation.
    case random
    /// Random records are for validation, the same number of each class.
    case stratified
    /// The source's own validation images.
    case given
  }

  /// Number of validation images if neither the recipe nor the data set says.
  public static let defaultCount = 5_000

  /// The validation images.
  public enum Validation: Sendable, Equatable {
    /// This many of the training images.
    case images(Int)
    /// The test images, as in published protocols that select their model on them.
    case test
  }

  public let training: [Int32]
  public let validation: [Int32]
  public let kind: Kind
  public let seed: Int
  public let validationSource: Origin

  init(
    training: [Int32], validation: [Int32], kind: Kind, seed: Int, validationSource: Origin
  ) {
    self.training = training
    self.validation = validation
    self.kind = kind
    self.seed = seed
    self.validationSource = validationSource
  }

  /// True if the images that select a model also test it.
  public var selectedOnTest: Bool { validationSource == .test }

  /// Splits the images of `train`.
  ///
  /// - Parameters:
  ///   - validation: The validation images; nil for those of the set's source, or, if
  ///     there are none, for `defaultCount` training images.
  ///   - testCount: Images in `test`, all used for validation with `.test`.
  public init(
    _ kind: Kind, validation: Validation?, seed: Int, of train: ImageSet, testCount: Int
  ) throws(SplitError) {
    let given = train.setAsideCount
    if given > 0, validation != .test {
      if case .images(let count) = validation { throw .givenAlready(found: count, given: given) }
      let first = Int32(train.count - given)
      self.init(
        training: Array(0..<first), validation: Array(first..<Int32(train.count)), kind: .given,
        seed: seed, validationSource: .train)
      return
    }
    switch validation ?? .images(Self.defaultCount) {
    case .test:
      self.init(
        training: Array(0..<Int32(train.count)), validation: Array(0..<Int32(testCount)),
        kind: kind, seed: seed, validationSource: .test)
    case .images(let count):
      try Self.check(count, kind, images: train.count, classes: train.classNames.count)
      let chosen =
        switch kind {
        case .last, .given: Array(train.count - count..<train.count)
        case .random: Self.random(count, of: train.count, seed: seed)
        case .stratified: try Self.stratified(count, of: train, seed: seed)
        }
      var validates = [Bool](repeating: false, count: train.count)
      for index in chosen { validates[index] = true }
      let all = Int32(0)..<Int32(train.count)
      self.init(
        training: all.filter { !validates[Int($0)] }, validation: all.filter { validates[Int($0)] },
        kind: kind, seed: seed, validationSource: .train)
    }
  }

  /// Checks a split as far as possible without the images.
  ///
  /// - Parameter count: Number of validation images.
  static func check(
    _ count: Int, _ kind: Kind, images: Int, classes: Int?
  ) throws(SplitError) {
    guard count >= 1, count < images else { throw .size(found: count, images: images) }
    guard let classes, kind == .stratified else { return }
    guard count.isMultiple(of: classes) else {
      throw .unequalClasses(found: count, classes: classes)
    }
  }

  private static func random(_ count: Int, of total: Int, seed: Int) -> [Int] {
    var random = RandomStream(seed: seed, purpose: "split.random")
    return Array(random.permutation(of: total).prefix(count))
  }

  /// The same number from each class, drawn class by class.
  private static func stratified(_ count: Int, of train: ImageSet, seed: Int) throws(SplitError)
    -> [Int]
  {
    let perClass = count / train.classNames.count
    var chosen: [Int] = []
    for (label, members) in train.indicesByClass.enumerated() {
      guard members.count > perClass else {
        throw .classTooSmall(
          name: train.classNames[label], found: members.count, perClass: perClass)
      }
      var random = RandomStream(seed: seed, purpose: "split.stratified", index: label)
      chosen += random.permutation(of: members.count).prefix(perClass).map { members[$0] }
    }
    return chosen
  }
}

extension ImageSet {
  /// The records of each class, in rising order.
  var indicesByClass: [[Int]] {
    var members = [[Int]](repeating: [], count: classNames.count)
    for (index, label) in labels.enumerated() { members[Int(label)].append(index) }
    return members
  }
}

extension Split {
  /// A few training images of each class for display: records of `train`, those of the first class
  /// first, drawn by the split's seed.
  ///
  /// - Parameter count: Images of each class; fewer if the split leaves fewer.
  public func samples(of train: ImageSet, perClass count: Int) -> [Int32] {
    var members = [[Int32]](repeating: [], count: train.classNames.count)
    for index in training { members[Int(train.labels[Int(index)])].append(index) }
    return members.enumerated().flatMap { label, members in
      var random = RandomStream(seed: seed, purpose: "split.samples", index: label)
      return random.permutation(of: members.count).prefix(count).map { members[$0] }
    }
  }
}

/// Splits that can't be made.
public enum SplitError: PrintableError, Equatable {
  /// No image would be left for training or for validation.
  case size(found: Int, images: Int)
  /// The data set has its own validation images, but the recipe sets a number.
  case givenAlready(found: Int, given: Int)
  /// The validation images can't be divided equally among the classes.
  case unequalClasses(found: Int, classes: Int)
  /// A class has too few images to leave any for training.
  case classTooSmall(name: String, found: Int, perClass: Int)

  public var message: String {
    switch self {
    case .size(let found, let images):
      "split.validation is \(found), expected 1 to \(images - 1) of the \(images) training images,"
        + " or 'test'"
    case .givenAlready(let found, let given):
      "split.validation is \(found), and the data set brings \(given) validation images of its own; leave"
        + " split.validation out to use them"
    case .unequalClasses(let found, let classes):
      "split.validation is \(found), expected a multiple of \(classes) for equal shares of"
        + " \(classes) classes (split.kind: stratified)"
    case .classTooSmall(let name, let found, let perClass):
      "split.validation takes \(NumberText.count(perClass, "image")) of each class, and '\(name)' has \(found); expected"
        + " more than that: lower split.validation, or set split.kind to random"
    }
  }
}

extension Split {
  /// The deviation of the number of images of one class among images drawn at random: the hypergeometric
  /// distribution's.
  ///
  ///     √(m · π · (1 − π) · (N − m) / (N − 1)),  π = k / N
  ///
  /// - Parameters:
  ///   - size: k, images of the class.
  ///   - count: N, all images; with one there is no choice.
  ///   - drawn: m, images drawn.
  public static func deviation(ofClass size: Int, among count: Int, drawn: Int) -> Double {
    guard count > 1 else { return 0 }
    let (n, m, p) = (Double(count), Double(drawn), Double(size) / Double(count))
    return (m * p * (1 - p) * (n - m) / (n - 1)).squareRoot()
  }
}
