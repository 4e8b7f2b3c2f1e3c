import Testing
import Training

@Suite struct FirstChangeTests {
  private func history(_ figures: [(train: Double, validation: Double)]) -> [EpochRecord] {
    figures.enumerated().map { index, figure in
      func pass(_ top1: Double) -> PassFigures {
        PassFigures(loss: 1, top1: top1, top5: 100, classTop1: [])
      }
      return EpochRecord(
        epoch: index + 1, learningRate: 0.1, train: pass(figure.train),
        validation: pass(figure.validation))
    }
  }

  @Test func eachPictureSuggestsItsChange() {
    func change(_ figures: [(Double, Double)], best: Int) -> FirstChange? {
      FirstChange(
        after: history(figures.map { (train: $0.0, validation: $0.1) }), best: best, classes: 10)
    }
    #expect(change([], best: 0) == nil)
    #expect(change([(10, 10), (11, 10)], best: 1) == .rate(top1: 11))
    #expect(change([(50, 48), (90, 80)], best: 2) == .regularization(gap: 10))
    #expect(change([(50, 48), (60, 59)], best: 2) == .epochs(best: 2, of: 2))
    #expect(change([(50, 48), (60, 59), (60, 58)], best: 2) == .network(top1: 60))
    // After the first epoch, accuracy may be near chance.
    #expect(change([(12, 11)], best: 1) == .epochs(best: 1, of: 1))
  }
}
