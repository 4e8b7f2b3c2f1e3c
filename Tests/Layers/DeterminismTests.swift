import Tensors
import TestSupport
import Testing

/// The same bits on any number of threads.
@Suite struct DeterminismTests {
  @Test(arguments: LayerSample.all, Precision.allCases)
  func threadsDoNotChangeBits(_ sample: LayerSample, _ precision: Precision) {
    let alone = sample.results(precision, threads: 1)
    for threads in [2, 3, 5] {
      #expect(sample.results(precision, threads: threads) == alone, "\(threads) threads")
    }
  }
}
