import Metrics
import Testing

@Suite struct ClassificationTallyTests {
  private func tally(_ answers: [(logits: [Float], label: Int, loss: Double)])
    -> ClassificationTally
  {
    var tally = ClassificationTally(classes: answers.first?.logits.count ?? 1)
    for answer in answers {
      answer.logits.withUnsafeBufferPointer {
        tally.add(logits: $0, label: answer.label, loss: answer.loss)
      }
    }
    return tally
  }

  @Test func countsRightAnswers() {
    let scores: [Float] = [0.1, 0.3, 0.05, 0.2, 0.04, 0.25, 0.06]
    // From best to worst: 1, 5, 3, 0, 6, 2, 4.
    let tally = tally((0..<7).map { (scores, $0, Double($0)) } + [(scores, 1, 4)])
    #expect(tally.count == 8)
    #expect(tally.correct == 2 && tally.top1 == 25)
    #expect(tally.correctInFirstFive == 6 && tally.top5 == 75)
    #expect(tally.loss == 25.0 / 8)
    #expect(tally.classCounts == [1, 2, 1, 1, 1, 1, 1])
    #expect(tally.classTop1 == [0, 100, 0, 0, 0, 0, 0])
  }

  /// The first of equal scores is the prediction, so exactly one label is right, and five are among
  /// the first five.
  @Test(arguments: [[Float](repeating: 0.125, count: 8), [Float](repeating: -.infinity, count: 8)])
  func equalScoresAreTakenInTheirOrder(_ scores: [Float]) {
    let outcomes = scores.indices.map { label in tally([(scores, label, 0)]) }
    #expect(outcomes.map(\.correct) == [1, 0, 0, 0, 0, 0, 0, 0])
    #expect(outcomes.map(\.correctInFirstFive) == [1, 1, 1, 1, 1, 0, 0, 0])
  }

  @Test func aTieForTheFirstPlaceGoesToTheLowerClass() {
    #expect(tally([([1, 3, 3, 2], 1, 0)]).correct == 1)
    #expect(tally([([1, 3, 3, 2], 2, 0)]).correct == 0)
  }

  /// A diverged network must not be right by chance: NaN never comes first.
  @Test func scoresThatAreNoNumbersAreWrong() {
    let astray = [Float](repeating: .nan, count: 10)
    for label in 0..<10 {
      let tally = tally([(astray, label, .nan)])
      #expect(tally.correct == 0 && tally.correctInFirstFive == 0, "label \(label)")
      #expect(tally.loss.isNaN)
    }
    #expect(tally([([.nan, 1, 2], 2, 0)]).correct == 0, "a rival that is no number")
    #expect(tally([([2, 1, .nan], 0, 0)]).correct == 0, "a rival that is no number")
  }

  @Test(arguments: [1, 2, 4, 5])
  func withFiveClassesOrLessEveryLabelIsAmongTheFirstFive(_ classes: Int) {
    let scores = (0..<classes).map { Float($0) }
    let tally = tally((0..<classes).map { (scores, $0, 1) })
    #expect(tally.top5 == 100)
    #expect(tally.correct == 1)
  }

  @Test func anEmptyTallyHasNoFigures() {
    let tally = ClassificationTally(classes: 3)
    #expect(tally.top1.isNaN && tally.top5.isNaN && tally.loss.isNaN)
    #expect(tally.classTop1.allSatisfy { $0.isNaN })
  }

  @Test func aClassWithoutImagesHasNoAccuracy() {
    let tally = tally([([1, 0, 0], 0, 0), ([1, 0, 0], 2, 0)])
    #expect(tally.classTop1[0] == 100 && tally.classTop1[1].isNaN && tally.classTop1[2] == 0)
  }

  @Test func stateRestoresEverything() throws {
    let whole = tally([([1, 0, 2], 2, 0.25), ([1, 0, 2], 0, 1.5), ([0, 7, 2], 1, 0.125)])
    let restored = try #require(
      ClassificationTally(classes: 3, state: whole.state, lossSum: whole.lossSum))
    #expect(restored == whole)
    #expect(restored.top1.isFinite && restored.classTop1 == whole.classTop1)
  }

  /// Each state violates one rule; [5, 2, 5, 3, 2, 0, 1, 1, 0] is valid.
  @Test(
    arguments: [
      [], [5], [5, 2, 5, 3, 2, 0, 1, 1], [5, 2, 5, 3, 2, 0, 1, 1, 0, 0],  // another length
      [5, 2, 5, 6, -1, 0, 1, 1, 0], [-5, 2, 5, 3, 2, 0, 1, 1, 0],  // negative
      [5, 2, 1, 3, 2, 0, 1, 1, 0],  // fewer right in the first five than at first
      [5, 2, 6, 3, 2, 0, 1, 1, 0],  // more right than there are images
      [5, 2, 5, 3, 1, 0, 1, 1, 0],  // classes that do not add up to the images
      [5, 2, 5, 3, 2, 0, 2, 1, 0],  // right ones that do not add up
      [5, 2, 5, 3, 2, 0, 1, 0, 1],  // a class with more right than images
      [5, 2, 5, .max, .max, 2, 1, 1, 0],  // sums beyond all bounds
    ] as [[Int64]])
  func statesThatCannotBeAreRejected(_ state: [Int64]) {
    #expect(ClassificationTally(classes: 3, state: [5, 2, 5, 3, 2, 0, 1, 1, 0], lossSum: 1) != nil)
    #expect(ClassificationTally(classes: 3, state: state, lossSum: 1) == nil)
  }

  /// With five classes, the true one is always among the first five.
  @Test(arguments: [(1, false), (2, false), (5, false), (6, true), (1000, true)])
  func topFiveTellsSomethingOfSixClasses(_ classes: Int, _ tells: Bool) {
    #expect(ClassificationTally.isTop5Informative(classes: classes) == tells)
    var tally = ClassificationTally(classes: classes)
    let logits = (0..<classes).map { Float($0) }
    logits.withUnsafeBufferPointer { tally.add(logits: $0, label: 0, loss: 1) }
    #expect(tally.top5 == (tells ? 0 : 100))
  }
}
