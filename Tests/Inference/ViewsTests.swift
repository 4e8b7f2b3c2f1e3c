import Augmentation
import Datasets
import Foundation
import Inference
import Kernels
import Layers
import Loading
import Records
import Tensors
import TestSupport
import Testing

/// Predictions averaged over several views, compared with those for images shifted and mirrored as
/// bytes.
@Suite struct ViewsTests {
  private let example: TrainedExample
  private let count = 253

  init() throws { example = try TrainedExample(count: 253) }

  /// The logits of each image.
  private func logits(
    _ images: ImageSet, _ views: ImageViews = .plain, threads: Int = 2
  ) -> [[Float]] {
    let predictor = Predictor(
      example.network, loss: CrossEntropy(), views: views, on: WorkerPool(threadCount: threads))
    // Constant normalisation: with per-image statistics, those of the shifted image would be used.
    let loader = BatchLoader(
      images, normalization: .constants(mean: [0.5, 0.4, 0.3], std: [0.2, 0.3, 0.4]))
    var all: [[Float]] = []
    predictor.run(loader) { answer in
      #expect(answer.image == all.count && answer.label == Int(images.labels[answer.image]))
      all.append(Array(answer.logits))
    }
    return all
  }

  /// One view of every image.
  private func seen(shift: Int, mirrored: Bool) -> ImageSet {
    let side = example.images.side
    let pixels = (0..<count).flatMap { index -> [UInt8] in
      let size = example.images.pixelsPerImage
      let source = Array(example.images.images[index * size..<(index + 1) * size])
      var (shifted, target) = (source, source)
      Augmentation.shift(
        source, into: &shifted, channels: 3, side: side, top: shift, left: shift, fill: .reflect)
      guard mirrored else { return shifted }
      Augmentation.mirror(shifted, into: &target, channels: 3, side: side)
      return target
    }
    return ImageSet(
      images: pixels, labels: example.images.labels, side: side,
      classNames: example.images.classNames, dataStatus: .unverified, source: .cifar10)
  }

  /// The weighted sum of the logits in each view, in `Double`.
  private func expected(_ views: [(shift: Int, mirrored: Bool, weight: Double)]) -> [[Float]] {
    var sums = [[Double]](repeating: [Double](repeating: 0, count: 7), count: count)
    for view in views {
      let answers = logits(seen(shift: view.shift, mirrored: view.mirrored))
      for image in 0..<count {
        for index in 0..<7 { sums[image][index] += view.weight * Double(answers[image][index]) }
      }
    }
    return sums.map { $0.map(Float.init) }
  }

  private let shifted: [(shift: Int, mirrored: Bool, weight: Double)] = [
    (0, false, 0.25), (0, true, 0.25), (-1, false, 0.125), (-1, true, 0.125), (1, false, 0.125),
    (1, true, 0.125),
  ]

  @Test func mirroredViewsAreAveragedEvenly() {
    let views: [(shift: Int, mirrored: Bool, weight: Double)] = [(0, false, 0.5), (0, true, 0.5)]
    expectIdentical(
      logits(example.images, ImageViews(.mirrored)).flatMap(\.self),
      expected(views).flatMap(\.self), "logits")
  }

  @Test func sixViewsHaveTheirWeights() {
    expectIdentical(
      logits(example.images, ImageViews(.shifted)).flatMap(\.self),
      expected(shifted).flatMap(\.self), "logits")
  }

  /// −log p of the first class, from the plain view.
  private func doubts(_ answers: [[Float]]) -> [Double] {
    answers.map { logits in
      let exact = logits.map(Double.init)
      let largest = exact.max() ?? 0
      return log(exact.reduce(0) { $0 + exp($1 - largest) })
    }
  }

  @Test(arguments: [0.25, 0.5, 0.999, 0.0001])
  func onlyTheLeastCertainGetAllViews(_ fraction: Double) {
    let plain = logits(example.images)
    let whole = expected(shifted)
    let part = logits(example.images, ImageViews(.shifted, fraction: fraction))
    let wanted = max(Int((fraction * Double(count)).rounded()), 1)
    let doubts = doubts(plain)
    let chosen = Set((0..<count).sorted { doubts[$0] > doubts[$1] }.prefix(wanted))
    #expect(chosen.count == wanted && Set(doubts).count == count, "the example has no equal doubts")
    for image in 0..<count {
      expectClose(
        part[image], chosen.contains(image) ? whole[image] : plain[image],
        Tolerance(absolute: 1e-5, relative: 1e-5), "image \(image)", shape: [7])
    }
    #expect(plain != whole, "views change the answers")
  }

  @Test(arguments: [ImageViews(.shifted), ImageViews(.shifted, fraction: 0.3)], [1, 3, 5])
  func answersDoNotDependOnThreads(_ views: ImageViews, _ threads: Int) {
    expectIdentical(
      logits(example.images, views, threads: threads).flatMap(\.self),
      logits(example.images, views, threads: 2).flatMap(\.self), "logits")
  }

  /// Losses and ranks are those of the averaged logits.
  @Test func figuresAreThoseOfTheAverage() {
    for views in [ImageViews(.shifted), ImageViews(.shifted, fraction: 0.3)] {
      let predictor = Predictor(
        example.network, loss: CrossEntropy(), views: views, on: WorkerPool(threadCount: 2))
      var (right, loss) = (0, 0.0)
      let tally = predictor.run(BatchLoader(example.images, normalization: .perImage)) { answer in
        let logits = answer.logits.map(Double.init)
        let largest = logits.max() ?? 0
        let sum = logits.reduce(0) { $0 + exp($1 - largest) }
        loss += log(sum) + largest - logits[answer.label]
        right += logits[answer.label] == largest ? 1 : 0
        let own = exp(logits[answer.label] - largest) / sum
        #expect(abs(Double(answer.probabilities[answer.label]) - own) < 1e-6)
      }
      #expect(tally.count == count && tally.top1 == 100 * Double(right) / Double(count))
      #expect(abs(tally.loss - loss / Double(count)) < 1e-6)
    }
  }
}
