import Datasets
import Foundation
import Inference
import Kernels
import Layers
import Loading
import Models
import Pictures
import Prediction
import Randomness
import TensorFiles
import TestSupport
import Testing

/// The predictions for pictures equal those for the same images of a data set.
@Suite struct PictureClassifierTests {
  private static let classNames = ["ape", "bee", "cat", "dog", "elk"]
  private let folder: TemporaryFolder
  private let images: ImageSet

  init() throws {
    folder = try TemporaryFolder()
    var stream = RandomStream(seed: 1, purpose: "test images")
    let pixels = (0..<9 * ImageSet.channels).flatMap { _ -> [UInt8] in
      let color = stream.integer(below: 200)
      return (0..<1_024).map { _ in UInt8(color + stream.integer(below: 56)) }
    }
    images = ImageSet(
      images: pixels, labels: (0..<9).map { UInt16($0 % 5) }, side: 32, classNames: Self.classNames,
      dataStatus: .generated, source: .shapes)
  }

  private func checkpoint(
    _ name: String = "resnet8",
    configuration: NetworkConfiguration = NetworkConfiguration(width: 3),
    metadata: [String: String]
  ) throws -> (network: Network, url: URL) {
    let network = try NetworkCatalog.network(
      named: name, configuration: configuration, classes: Self.classNames.count)
    network.initialize(seed: 8)
    let url = folder.file("best.safetensors")
    try Checkpoint.write(
      network,
      CheckpointDescription(
        network: network.name, configuration: network.configuration, classNames: Self.classNames,
        epoch: 12, normalization: metadata, origin: [:]), to: url)
    return (network, url)
  }

  /// Image `index` of the set, encoded as a PNG file and decoded.
  private func picture(_ index: Int) throws -> Picture {
    let first = index * 3_072
    let image = PixelImage(
      width: 32, height: 32, planes: images.images[first..<first + 3_072])
    return try Picture([UInt8](PNGFile.encode(image)), file: "image \(index)")
  }

  @Test(
    arguments: [
      .perImage, .constants(mean: [0.5, 0.25, 0.125], std: [0.2, 0.3, 0.4]),
    ] as [Normalization], [1, 2])
  func scoresAreThoseOfTheEvaluation(_ normalization: Normalization, _ threads: Int) throws {
    let pool = WorkerPool(threadCount: threads)
    let (network, url) = try checkpoint(metadata: normalization.metadata)
    let classifier = try PictureClassifier(checkpoint: url, on: pool)
    #expect(classifier.side == 32)
    let loader = BatchLoader(images, normalization: normalization)
    var expected: [[Float]] = []
    Predictor(network, loss: CrossEntropy(), on: pool).run(loader) { answer in
      expected.append(Array(answer.logits) + Array(answer.probabilities))
    }
    for index in 0..<images.count {
      let scores = classifier.scores(of: try picture(index))
      expectIdentical(scores.logits + scores.probabilities, expected[index], "image \(index)")
    }
  }

  @Test func answersAreSorted() throws {
    let (_, url) = try checkpoint(metadata: Normalization.perImage.metadata)
    let classifier = try PictureClassifier(checkpoint: url, on: WorkerPool(threadCount: 1))
    let scores = classifier.scores(of: try picture(3)).probabilities
    let answers = try classifier.answers(to: try picture(3))
    #expect(Set(answers.map(\.className)) == Set(Self.classNames))
    #expect(answers.map(\.probability) == scores.sorted(by: >))
    for answer in answers {
      #expect(
        Self.classNames.firstIndex(of: answer.className).map { scores[$0] } == answer.probability)
    }
    #expect(abs(scores.reduce(0, +) - 1) < 1e-5)
  }

  /// A network whose weights are all `weight`: with 0, its logits are `biases` for every picture.
  private func classifier(biases: [Float], weight: Float = 0) throws -> PictureClassifier {
    let (network, url) = try checkpoint(
      "linear", configuration: NetworkConfiguration(), metadata: Normalization.perImage.metadata)
    for parameter in network.parameters {
      parameter.load(
        dense: parameter.shape == [biases.count]
          ? biases : [Float](repeating: weight, count: parameter.elementCount))
    }
    try Checkpoint.write(
      network,
      CheckpointDescription(
        network: "linear", configuration: network.configuration, classNames: Self.classNames,
        epoch: 1, normalization: Normalization.perImage.metadata, origin: [:]), to: url)
    return try PictureClassifier(checkpoint: url, on: WorkerPool(threadCount: 1))
  }

  /// With all weights 0, classes are equal and keep their order.
  @Test func equalsKeepTheOrderOfClasses() throws {
    let classifier = try classifier(biases: [0, 0, 0, 0, 0])
    #expect(try classifier.answers(to: try picture(0)).map(\.className) == Self.classNames)
  }

  /// Probabilities are 1 and four zeros.
  @Test func answersFarApartAreInTheOrderOfTheirLogits() throws {
    let answers = try classifier(biases: [300, 0, 1, 2, 3]).answers(to: try picture(0))
    #expect(answers.map(\.className) == ["ape", "elk", "dog", "cat", "bee"])
    #expect(answers.map(\.probability) == [1, 0, 0, 0, 0])
  }

  /// Finite weights whose products overflow.
  @Test func anAnswerThatIsNoNumberIsRefused() throws {
    let classifier = try classifier(biases: [0, 0, 0, 0, 0], weight: 3e38)
    #expect(
      throws: PredictionError.notFinite(
        picture: "a.png", checkpoint: folder.file("best.safetensors").path)
    ) { try classifier.answers(to: try picture(0), called: "a.png") }
  }

  @Test func foreignFilesAreRefused() throws {
    let pool = WorkerPool(threadCount: 1)
    let (_, url) = try checkpoint(metadata: [:])
    #expect(throws: TensorFileError.self) { try PictureClassifier(checkpoint: url, on: pool) }
    try images.write(to: url)
    #expect(throws: TensorFileError.self) { try PictureClassifier(checkpoint: url, on: pool) }
  }
}
