import Metrics
import Testing

@Suite struct ReliabilityTests {
  private func counts(of confidence: Double, binCount: Int) -> [Int] {
    var reliability = Reliability(binCount: binCount)
    reliability.add(confidence: confidence, isCorrect: true)
    return reliability.counts
  }

  /// Bins are open below and closed above: a confidence on a border belongs to the lower bin.
  @Test(arguments: [1, 2, 3, 7, 10, 15])
  func bordersBelongToTheBinTheyEnd(_ binCount: Int) {
    for bin in 0..<binCount {
      let upper = Double(bin + 1) / Double(binCount)
      var expected = [Int](repeating: 0, count: binCount)
      expected[bin] = 1
      #expect(counts(of: upper, binCount: binCount) == expected, "\(upper)")
      #expect(counts(of: upper - 1e-9, binCount: binCount) == expected, "below \(upper)")
      if bin > 0 {
        let lower = Double(bin) / Double(binCount)
        #expect(counts(of: lower + 1e-9, binCount: binCount) == expected, "above \(lower)")
      }
    }
  }

  @Test func theEndsBelongToTheOuterBins() {
    #expect(counts(of: 0, binCount: 3) == [1, 0, 0])
    #expect(counts(of: 1, binCount: 3) == [0, 0, 1])
    #expect(counts(of: 1 + 1e-7, binCount: 3) == [0, 0, 1], "a sum of rounded shares")
  }

  @Test func edgesSpanTheUnitInterval() {
    let edges = Reliability().edges
    #expect(edges.count == 16)
    #expect(edges.first == 0 && edges.last == 1)
    #expect(Reliability(binCount: 4).edges == [0, 0.25, 0.5, 0.75, 1])
  }

  /// Four bins and eight predictions; all values are exact in binary.
  @Test func calibrationErrorByHand() {
    var reliability = Reliability(binCount: 4)
    let answers: [(Double, Bool)] = [
      (0.5, true), (0.375, false),  // second bin: confidence 0.4375, accuracy 0.5
      (0.625, true), (0.625, true), (0.75, false), (0.75, false),  // third: 0.6875, 0.5
      (1, true), (0.875, true),  // fourth: 0.9375, 1
    ]
    for (confidence, isCorrect) in answers {
      reliability.add(confidence: confidence, isCorrect: isCorrect)
    }
    #expect(reliability.counts == [0, 2, 4, 2])
    #expect(reliability.confidence == [0, 0.4375, 0.6875, 0.9375])
    #expect(reliability.accuracy == [0, 0.5, 0.5, 1])
    // (2 · 0.0625 + 4 · 0.1875 + 2 · 0.0625) / 8
    #expect(reliability.expectedCalibrationError == 0.125)
  }

  @Test func theWorstErrorIsOne() {
    var reliability = Reliability()
    for _ in 0..<3 { reliability.add(confidence: 1, isCorrect: false) }
    #expect(reliability.expectedCalibrationError == 1)
  }

  @Test func withoutPredictionsThereIsNoError() {
    #expect(Reliability().expectedCalibrationError.isNaN)
    #expect(Reliability().confidence.allSatisfy { $0 == 0 })
  }

  @Test func aConfidenceThatIsNoNumberSpoilsTheError() {
    var reliability = Reliability()
    reliability.add(confidence: .nan, isCorrect: false)
    reliability.add(confidence: 0.9, isCorrect: true)
    #expect(reliability.counts.reduce(0, +) == 2)
    #expect(reliability.expectedCalibrationError.isNaN)
  }
}
