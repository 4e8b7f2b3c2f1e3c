import Datasets
import Foundation
import Inference
import Kernels
import Layers
import Loading
import Metrics
import Models
import Tensors
import TestSupport
import Testing

@Suite struct PredictorTests {
  /// All outputs of a predictor.
  private struct Answers {
    var images: [Int] = []
    var probabilities: [UInt32] = []
    var labels: [Int] = []
    var losses: [Double] = []
    var tally: ClassificationTally

    func expectSame(
      as expected: Answers, sourceLocation: SourceLocation = #_sourceLocation
    ) {
      expectIdentical(
        probabilities, expected.probabilities, "probabilities", sourceLocation: sourceLocation)
      expectIdentical(losses, expected.losses, "losses", sourceLocation: sourceLocation)
      #expect(tally == expected.tally, sourceLocation: sourceLocation)
    }
  }

  private func answers(
    _ example: TrainedExample, threads: Int, loss: CrossEntropy = CrossEntropy()
  ) -> Answers {
    let predictor = Predictor(example.network, loss: loss, on: WorkerPool(threadCount: threads))
    return answers(predictor, example)
  }

  private func answers(_ predictor: Predictor, _ example: TrainedExample) -> Answers {
    var answers = Answers(tally: ClassificationTally(classes: 7))
    let loader = BatchLoader(example.images, normalization: .perImage)
    answers.tally = predictor.run(loader) { answer in
      answers.images.append(answer.image)
      answers.probabilities += answer.probabilities.map(\.bitPattern)
      answers.labels.append(answer.label)
      answers.losses.append(answer.loss)
    }
    return answers
  }

  @Test func everyImageIsVisitedOnceInItsOrder() throws {
    let example = try TrainedExample()
    let answers = answers(example, threads: 2)
    expectIdentical(answers.images, Array(0..<253), "images")
    expectIdentical(answers.labels, example.images.labels.map(Int.init), "labels")
    #expect(answers.probabilities.count == 253 * 7)
    #expect(answers.tally.count == 253)
    #expect(answers.tally.classCounts == example.images.classCounts)
    #expect(answers.tally.lossSum == answers.losses.reduce(0, +))
  }

  @Test(arguments: [2, 3, 5])
  func answersDoNotDependOnThreads(_ threads: Int) throws {
    let example = try TrainedExample()
    answers(example, threads: threads).expectSame(as: answers(example, threads: 1))
  }

  @Test func aPredictorCanBeUsedAgain() throws {
    let example = try TrainedExample()
    let predictor = Predictor(
      example.network, loss: CrossEntropy(), on: WorkerPool(threadCount: 2))
    let first = answers(predictor, example)
    _ = answers(predictor, try TrainedExample(count: 5))
    answers(predictor, example).expectSame(as: first)
  }

  /// Batches of 250 and 3 images, computed with a plan and with softmax and logarithm written here.
  @Test func answersAreThoseOfAPlanRunByHand() throws {
    let example = try TrainedExample()
    let pool = WorkerPool(threadCount: 2)
    let answers = answers(example, threads: 2)
    let loader = BatchLoader(example.images, normalization: .perImage)
    let plan = NetworkPlan(example.network, mode: .evaluation, capacity: 250, on: pool)
    var logits: [Float] = []
    for batch in [0..<250, 250..<253] {
      var labels = [UInt16](repeating: 0, count: batch.count)
      labels.withUnsafeMutableBufferPointer {
        loader.load(
          Array(batch)[...], epoch: nil, into: plan.input(count: batch.count), labels: $0, on: pool)
      }
      plan.forward(count: batch.count)
      logits += plan.logits.denseNCHW()
    }
    var probabilities: [Float] = []
    for image in 0..<253 {
      let scores = logits[7 * image..<7 * image + 7].map { exp(Double($0)) }
      let sum = scores.reduce(0, +)
      let own = scores.map { $0 / sum }
      probabilities += own.map(Float.init)
      let loss = -log(own[answers.labels[image]])
      #expect(abs(answers.losses[image] - loss) < 1e-9 * (1 + loss), "loss of image \(image)")
    }
    expectClose(
      answers.probabilities.map(Float.init(bitPattern:)), probabilities,
      Tolerance(absolute: 1e-7, relative: 1e-6), "probabilities", shape: [253, 7])
    #expect(Set(probabilities).count > 253, "the example tells images apart")
  }

  @Test func theLossIsTheOneAskedFor() throws {
    let example = try TrainedExample(count: 9)
    let plain = answers(example, threads: 1)
    let smoothed = answers(example, threads: 1, loss: CrossEntropy(labelSmoothing: 0.2))
    expectIdentical(smoothed.probabilities, plain.probabilities, "probabilities")
    #expect(smoothed.losses != plain.losses)
  }
}
