import Datasets
import Foundation
import Inference
import Kernels
import Loading
import Models
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
    #expect(abs(evaluation.figures.loss - loss / 31) < 1e-5)
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

  /// The checkpoint's own network and weights are used, and are checked.
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

  @Test func weightsThatAreNoNumbersShow() throws {
    let head = try #require(example.network.parameters.last)
    head.load(dense: [Float](repeating: .nan, count: 7))
    let evaluation = try evaluation(try example.checkpoint(in: folder))
    #expect(evaluation.largestProbabilityDrift == .infinity)
    #expect(evaluation.figures.top1 == 0 && evaluation.figures.loss.isNaN)
  }

  @Test func filesHoldWhatLaterStagesRead() throws {
    let evaluation = try evaluation(try example.checkpoint(in: folder))
    try evaluation.write(to: folder.url, images: example.images, on: .validation)

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
      try predictions.scalars(of: "predicted", as: UInt8.self, shape: [31])
        == evaluation.predicted)
    #expect(
      try predictions.scalars(of: "labels", as: UInt8.self, shape: [31]) == example.images.labels)
    #expect(
      try predictions.scalars(of: "indices", as: Int32.self, shape: [31])
        == (0..<31).map { 3 * $0 })
  }
}
