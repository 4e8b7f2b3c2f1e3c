import Benchmarks
import Testing

@Suite struct LayerProfileTests {
  private let profile = LayerProfile([
    .init(kind: "loss", forward: 0.125, backward: 0),
    .init(kind: "conv 3×3", forward: 1, backward: 2),
    .init(kind: "norm", forward: 0.25, backward: 0.25),
    .init(kind: "conv 3×3", forward: 0.5, backward: 1),
  ])

  @Test func `layers of a kind are one row, the dearest first`() {
    #expect(
      profile.rows == [
        .init(kind: "conv 3×3", forward: 1.5, backward: 3),
        .init(kind: "norm", forward: 0.25, backward: 0.25),
        .init(kind: "loss", forward: 0.125, backward: 0),
      ])
    #expect(profile.total == 5.125)
  }

  @Test func `shares are of the whole step`() {
    let lines = BenchmarkTable.lines(of: profile)
      .map { $0.split(separator: " ").joined(separator: " ") }
    #expect(lines[0] == "kind of layer forward ms backward ms share")
    #expect(lines[1] == "conv 3×3 1500.00 3000.00 87.8 %")
    #expect(lines[3] == "loss 125.00 2.4 %")
    #expect(lines[4] == "whole step 5125.00")
  }
}
