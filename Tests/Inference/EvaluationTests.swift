import Datasets
import Foundation
import Inference
import Kernels
import Loading
import Models
import Records
import TensorFiles
import TestSupport
import Testing

@Suite struct EvaluationTests {
  private let folder: TemporaryFolder
  private let example: TrainedExample
  private let pool = WorkerPool(threadCount: 2)

  init() throws {
    folder = try TemporaryFolder()
    example = try TrainedExample(count: 31)
  }

  private func evaluation(_ file: TensorFile) throws -> Evaluation {
    try Evaluation(
      "best", file, on: BatchLoader(example.images, normalization: .perImage), pool: pool)
  }

  @Test func figuresAgreeWithTheAnswers() throws {
    let evaluation = try evaluation(try example.checkpoint(in: folder))
    #expect(evaluation.figures.checkpoint == "best" && evaluation.figures.epoch == 12)
    #expect(evaluation.probabilities.count == 31 * 7 && evaluation.predicted.count == 31)
    var (right, rightInFirstFive, loss) = (0, 0, 0.0)
    var counts = [Int](repeating: 0, count: 49)
    for (image, label) in example.images.labels.map(Int.init).enumerated() {
      let scores = Array(evaluation.probabilities[7 * image..<7 * image + 7])
      let ranking = scores.indices.sorted { (scores[$1], $0) < (scores[$0], $1) }
      #expect(Int(evaluation.predicted[image]) == ranking[0])
      counts[7 * label + ranking[0]] += 1
      if ranking[0] == label { right += 1 }
      if ranking.prefix(5).contains(label) { rightInFirstFive += 1 }
      loss -= log(Double(scores[label]))
    }
    expectIdentical(evaluation.confusion.counts, counts, "confusion")
    #expect(evaluation.figures.top1 == 100 * Double(right) / 31)
    #expect(evaluation.figures.top5 == 100 * Double(rightInFirstFive) / 31)
    #expect(abs((evaluation.figures.loss ?? .nan) - loss / 31) < 1e-5)
    #expect(evaluation.reliability.counts.reduce(0, +) == 31)
    #expect(evaluation.largestProbabilityDrift < 1e-6)
    #expect(Set(evaluation.predicted).count > 1, "the example has more than one answer")
  }

  @Test func otherClassesAreRejected() throws {
    for names in [
      ["ape", "bee", "cat", "dog", "elk", "fox", "hen"],
      ["bee", "ape", "cat", "dog", "elk", "fox", "gnu"], ["ape", "bee"],
    ] {
      let file = try example.checkpoint(in: folder, classNames: names)
      #expect(
        throws: EvaluationError.differentClasses(
          checkpoint: file.url.path, expected: TrainedExample.classNames, found: names)
      ) { try evaluation(file) }
    }
  }

  /// The network and weights of the checkpoint are used and checked.
  @Test func weightsThatDoNotFitAreRejected() throws {
    var writer = TensorFileWriter(
      schema: "checkpoint",
      metadata: [
        "network": "resnet8", "width": "3", "epoch": "1",
        "class_names": #"["ape","bee","cat","dog","elk","fox","gnu"]"#,
      ])
    writer.add("stem.conv.weight", shape: [3, 3, 3, 3], [Float](repeating: 0, count: 81))
    let url = folder.file("torn.safetensors")
    try writer.write(to: url)
    let file = try Checkpoint.open(url)
    #expect(
      throws: CheckpointError.missing(
        file: url.path, tensor: "stem.norm.weight", network: "resnet8")
    ) { try evaluation(file) }
  }

  @Test func weightsThatAreNoNumbersAreRejected() throws {
    let head = try #require(example.network.parameters.last)
    head.load(dense: [0, 1, .nan, 3, 4, .nan, 6])
    let file = try example.checkpoint(in: folder)
    #expect {
      try evaluation(file)
    } throws: { error in
      guard case .value(_, "head.bias", [2], _, _) = error as? CheckpointError else { return false }
      return true
    }
  }

  /// Finite weights whose products overflow.
  @Test func answersThatOverflowAreRejected() throws {
    let weight = try #require(example.network.parameters.first { $0.name == "head.weight" })
    weight.load(dense: weight.dense().map { $0 > 0 ? 3e38 : -3e38 })
    let file = try example.checkpoint(in: folder)
    #expect(throws: EvaluationError.notFinite(checkpoint: file.url.path, image: 0)) {
      try evaluation(file)
    }
  }

  /// The head's biases differ so much that all probabilities except the first are 0 in float32.
  @Test(arguments: [false, true])
  func classesAreRankedByTheirLogits(_ averagesMirrorImages: Bool) throws {
    for parameter in example.network.parameters.suffix(2) {
      parameter.load(
        dense: parameter.name == "head.bias"
          ? [300, 0, 1, 2, 3, 4, 5] : [Float](repeating: 0, count: parameter.elementCount))
    }
    let file = try example.checkpoint(in: folder)
    let evaluation = try Evaluation(
      "best", file, on: BatchLoader(example.images, normalization: .perImage),
      views: averagesMirrorImages ? .flip : .plain, pool: pool)
    #expect(Array(evaluation.probabilities[..<7]) == [1, 0, 0, 0, 0, 0, 0])
    // The first five are the classes 0, 6, 5, 4, 3, whatever the image.
    let counts = example.images.classCounts
    #expect(evaluation.figures.top1 == 100 * Double(counts[0]) / 31)
    #expect(evaluation.figures.top5 == 100 * Double(31 - counts[1] - counts[2]) / 31)
  }

  @Test func filesHoldWhatLaterStagesRead() throws {
    let evaluation = try evaluation(try example.checkpoint(in: folder))
    try evaluation.write(to: folder.url, images: example.images, on: "validation")

    func open(_ schema: String) throws -> TensorFile {
      let file = try TensorFile(contentsOf: folder.file("\(schema).safetensors"))
      try file.requireSchema(schema, version: 1, producedBy: "evaluate")
      #expect(file.metadata["data_status"] == "unverified")
      #expect(file.metadata["on"] == "validation")
      #expect(file.metadata["checkpoint"] == "best")
      let names = try JSONDecoder().decode(
        [String].self, from: Data(file.requiredMetadata("class_names").utf8))
      #expect(names == TrainedExample.classNames)
      return file
    }
    let confusion = try open("confusion")
    #expect(
      try confusion.scalars(of: "counts", as: Int64.self, shape: [7, 7])
        == evaluation.confusion.counts.map(Int64.init))
    let reliability = try open("reliability")
    #expect(
      try reliability.scalars(of: "edges", as: Double.self, shape: [16])
        == evaluation.reliability.edges)
    #expect(
      try reliability.scalars(of: "counts", as: Int64.self, shape: [15]).reduce(0, +) == 31)
    #expect(
      try reliability.scalars(of: "confidence", as: Double.self, shape: [15])
        == evaluation.reliability.confidence)
    #expect(
      try reliability.scalars(of: "accuracy", as: Double.self, shape: [15])
        == evaluation.reliability.accuracy)
    let predictions = try open("predictions")
    expectIdentical(
      try predictions.scalars(of: "probabilities", as: Float.self, shape: [31, 7]),
      evaluation.probabilities, "probabilities")
    #expect(
      try predictions.labels("predicted", count: 31, classes: 7)
        == evaluation.predicted)
    #expect(
      try predictions.labels("labels", count: 31, classes: 7) == example.images.labels)
    #expect(
      try predictions.scalars(of: "indices", as: Int32.self, shape: [31])
        == (0..<31).map { 3 * $0 })
    let mistakes = try open("mistakes")
    let chosen = ConfidentMistakes(of: evaluation, labels: example.images.labels)
    let count = chosen.positions.count
    #expect(count > 0)
    let size = 3_072
    expectIdentical(
      try mistakes.scalars(of: "images", as: UInt8.self, shape: [count, 3, 32, 32]),
      chosen.positions.flatMap { example.images.images[$0 * size..<($0 + 1) * size] }, "images")
    #expect(
      try mistakes.labels("labels", count: count, classes: 7)
        == chosen.positions.map { example.images.labels[$0] })
    #expect(
      try mistakes.labels("predicted", count: count, classes: 7) == chosen.predicted)
    #expect(
      try mistakes.scalars(of: "confidence", as: Float.self, shape: [count]) == chosen.confidence)
    #expect(
      try mistakes.scalars(of: "indices", as: Int32.self, shape: [count])
        == chosen.positions.map { Int32(3 * $0) })
  }

  @Test(arguments: [0, 1, 7, 40])
  func mistakesAreTheSurestWrongAnswers(_ limit: Int) throws {
    let evaluation = try evaluation(try example.checkpoint(in: folder))
    let labels = example.images.labels
    let mistakes = ConfidentMistakes(of: evaluation, labels: labels, limit: limit)
    let wrong = labels.indices.filter { labels[$0] != evaluation.predicted[$0] }
    #expect(mistakes.positions.count == min(limit, wrong.count))
    let confidences = wrong.map { image in
      evaluation.probabilities[7 * image..<7 * image + 7].max() ?? 0
    }
    #expect(mistakes.confidence == Array(confidences.sorted(by: >).prefix(limit)))
    #expect(Set(mistakes.positions).isSubset(of: wrong))
    // Without mistakes the file is empty but can still be read.
    let right = ConfidentMistakes(of: evaluation, labels: evaluation.predicted, limit: limit)
    #expect(right.positions.isEmpty)
  }

  @Test func aMirrorAverageDoesNotDependOnWhereAThingFaces() throws {
    let file = try example.checkpoint(in: folder)
    func average(_ images: ImageSet) throws -> Evaluation {
      try Evaluation(
        "best", file, on: BatchLoader(images, normalization: .perImage),
        views: .flip, pool: pool)
    }
    let plain = try evaluation(file)
    let mirrored = try Evaluation(
      "best", file, on: BatchLoader(example.images.mirrored, normalization: .perImage), pool: pool)
    let averaged = try average(example.images)
    expectClose(
      averaged.probabilities,
      zip(plain.probabilities, mirrored.probabilities).map { ($0 + $1) / 2 },
      Tolerance(absolute: 1e-6, relative: 1e-5), "mean probabilities", shape: [31, 7])
    expectClose(
      try average(example.images.mirrored).probabilities, averaged.probabilities,
      Tolerance(absolute: 1e-6, relative: 1e-5), "mirrored", shape: [31, 7])
    #expect(plain.probabilities != mirrored.probabilities, "the network sees which way they face")
    let losses = example.images.labels.indices.map { image in
      -log(Double(averaged.probabilities[7 * image + Int(example.images.labels[image])]))
    }
    #expect(abs((averaged.figures.loss ?? .nan) - losses.reduce(0, +) / 31) < 1e-5)
  }
}

extension ImageSet {
  /// Every image mirrored left to right.
  fileprivate var mirrored: ImageSet {
    let side = side
    let pixels = images.indices.map { images[$0 / side * side + side - 1 - $0 % side] }
    return ImageSet(
      images: pixels, labels: labels, side: side, classNames: classNames, dataStatus: dataStatus,
      source: source, preparation: preparation)
  }
}
