import Metrics
import Testing

@Suite struct ConfusionMatrixTests {
  private func matrix(_ rows: [[Int]]) -> ConfusionMatrix {
    var matrix = ConfusionMatrix(classes: rows.count)
    for (truth, row) in rows.enumerated() {
      for (predicted, count) in row.enumerated() {
        for _ in 0..<count { matrix.add(truth: truth, predicted: predicted) }
      }
    }
    return matrix
  }

  /// Four classes: the third is never predicted, the fourth has no images.
  private var example: ConfusionMatrix {
    matrix([
      [6, 2, 0, 2],
      [1, 4, 0, 0],
      [3, 2, 0, 0],
      [0, 0, 0, 0],
    ])
  }

  @Test func countsLieInRowsOfTruth() {
    #expect(example.counts == [6, 2, 0, 2, 1, 4, 0, 0, 3, 2, 0, 0, 0, 0, 0, 0])
    #expect(example[0, 3] == 2 && example[3, 0] == 0)
    #expect((0..<4).map(example.support(of:)) == [10, 5, 5, 0])
    #expect((0..<4).map(example.predictions(of:)) == [10, 8, 0, 2])
  }

  @Test func countsMakeTheSameMatrix() {
    let rows = [[6, 2, 0, 2], [1, 4, 0, 0], [3, 2, 0, 0], [0, 0, 0, 0]]
    #expect(ConfusionMatrix(counts: rows) == example)
  }

  /// The recalls are 60, 80 and 0 %; the fourth class has no images but was predicted. The mean
  /// recall of `macroScores` counts it as 0.
  @Test func balancedAccuracyIsOverTheClassesWithImages() {
    #expect(abs(example.balancedAccuracy - 140.0 / 3) < 1e-12)
    #expect(example.macroScores.recall == 35)
    #expect(matrix([[9, 1], [0, 0]]).balancedAccuracy == 90)
    // 99 of 100 images are of one class: always predicting it has an accuracy of 99 %, balanced 50
    // %.
    #expect(matrix([[99, 0], [1, 0]]).balancedAccuracy == 50)
    #expect(ConfusionMatrix(classes: 2).balancedAccuracy.isNaN)
  }

  @Test func scoresOfAnOrdinaryClass() {
    let (first, second) = (example.scores(of: 0), example.scores(of: 1))
    #expect([first.precision, first.recall, first.f1] == [60, 60, 60])
    // 4 of 8 predictions, 4 of 5 images; 2 · 4 / (8 + 5).
    #expect([second.precision, second.recall, second.f1] == [50, 80, 800.0 / 13])
  }

  /// The precision is 0 / 0.
  @Test func aClassNeverPredictedHasPrecisionZero() {
    let scores = example.scores(of: 2)
    #expect([scores.precision, scores.recall, scores.f1] == [0, 0, 0])
  }

  /// The recall is 0 / 0.
  @Test func aClassWithoutImagesHasRecallZero() {
    let scores = example.scores(of: 3)
    #expect([scores.precision, scores.recall, scores.f1] == [0, 0, 0])
  }

  /// By scikit-learn: `precision_recall_fscore_support(truth, predicted, average="macro")`.
  @Test func meansAreOverAllClassesThatOccur() {
    let mean = example.macroScores
    #expect(abs(mean.precision - (60 + 50 + 0 + 0) / 4.0) < 1e-12)
    #expect(abs(mean.recall - (60 + 80 + 0 + 0) / 4.0) < 1e-12)
    #expect(abs(mean.f1 - (60 + 800.0 / 13) / 4) < 1e-12)
  }

  /// All images of ten classes with 20 images each are predicted as the fourth. Its precision is 20
  /// / 200, its recall 1 and its F1 2 · 20 / (200 + 20); those of the nine others are 0.
  @Test func oneAnswerToEverythingHasSmallMeans() {
    let one = matrix((0..<10).map { _ in (0..<10).map { $0 == 3 ? 20 : 0 } }).macroScores
    #expect(abs(one.precision - 1) < 1e-12)
    #expect(abs(one.recall - 10) < 1e-12)
    #expect(abs(one.f1 - 100 * 40.0 / 220 / 10) < 1e-12)
  }

  /// A class that occurs in neither the images nor the predictions does not count in the means.
  @Test func aClassThatOccursNowhereIsLeftOut() {
    let absent = matrix([[3, 1, 0], [0, 4, 0], [0, 0, 0]])
    let scores = absent.scores(of: 2)
    #expect(scores.precision.isNaN && scores.recall.isNaN && scores.f1.isNaN)
    let mean = absent.macroScores
    #expect(abs(mean.precision - (100 + 80) / 2.0) < 1e-12)
    #expect(abs(mean.recall - (75 + 100) / 2.0) < 1e-12)
    #expect(abs(mean.f1 - (600.0 / 7 + 800.0 / 9) / 2) < 1e-12)
  }

  @Test func anEmptyMatrixHasNoScores() {
    let mean = ConfusionMatrix(classes: 3).macroScores
    #expect(mean.precision.isNaN && mean.recall.isNaN && mean.f1.isNaN)
    #expect(ConfusionMatrix(classes: 3).mostConfused(limit: 5).isEmpty)
  }

  @Test func confusionsComeMostFrequentFirst() {
    let confusions = example.mostConfused(limit: 10)
    #expect(
      confusions.map { [$0.truth, $0.predicted, $0.count] } == [
        // 2 · 2 · 2: in the order of the matrix.
        [2, 0, 3], [0, 1, 2], [0, 3, 2], [2, 1, 2], [1, 0, 1],
      ])
    #expect(confusions.map(\.percent) == [60, 20, 20, 40, 20])
  }

  @Test(arguments: [0, 1, 3, 5, 6])
  func noMoreConfusionsThanAskedFor(_ limit: Int) {
    #expect(
      example.mostConfused(limit: limit) == Array(example.mostConfused(limit: 9).prefix(limit)))
    #expect(example.mostConfused(limit: limit).count == min(limit, 5))
  }
}
