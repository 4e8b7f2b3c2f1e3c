import Benchmarks
import Datasets
import Kernels
import Processors
import Tensors
import Testing

@Suite struct AlgorithmTableTests {
  private func cells(_ network: String, _ precision: Precision = .float32) throws -> [[String]] {
    try BenchmarkCase(
      network: network, precision: precision, threadCount: 1, batch: 4, augmentations: [],
      preprocessing: PreprocessSettings(normalize: .statistics)
    ).algorithms().cells
  }

  /// Six equal convolutions become one row; the network's first convolution has no input gradient.
  @Test func `a row for convolutions that are computed alike`() throws {
    let cells = try cells("resnet20")
    for row in cells { #expect(row.count == AlgorithmTable.header.count, "\(row)") }
    #expect(cells[0][0] == "stem.conv" && cells[0][5] == "–")
    #expect(cells[1][0] == "stages.0.0.conv1 and 5 more")
    #expect(
      Array(cells[1][1...]) == [
        "conv 3×3", "16×32×32 → 16×32×32", "Winograd 2×2", "Winograd 4×4", "Winograd 4×4",
        "Winograd 4×4",
      ])
    #expect(cells[2][1] == "conv 3×3, stride 2")
  }

  /// A processor of its own has sizes of its own, which this line names.
  @Test func `the vectors and register blocks of the kernels`() {
    let bits = KernelTarget.ofTheseKernels.vectorBits
    #expect(
      AlgorithmTable.registers
        == "vectors of \(bits) bits; rows of a register block for 1, 2 and 3 vectors of outputs: "
        + (bits == 512 ? "16, 8, 8" : "4, 4, 4"))
  }

  @Test func `mixed and pointwise convolutions are rows too`() throws {
    #expect(try cells("adaptive-conv").contains { $0[1] == "4 mixed conv 3×3" })
    #expect(try cells("resnet29v2").contains { $0[1] == "conv 1×1" && $0[3] == "GEMM" })
  }
}
