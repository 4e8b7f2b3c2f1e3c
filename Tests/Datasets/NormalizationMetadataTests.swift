import Datasets
import TensorFiles
import Testing

@Suite struct NormalizationMetadataTests {
  @Test(
    arguments: [
      .perImage, .constants(mean: [0.4914, 0.4822, 0.4465], std: [0.2023, 0.1994, 0.2010]),
      .constants(mean: [0, 1, 1e-7], std: [0.5, 0.25, 1e-30]),
    ] as [Normalization])
  func whatIsWrittenIsRead(_ normalization: Normalization) throws {
    #expect(
      try Normalization(metadata: normalization.metadata, file: "best.safetensors")
        == normalization)
  }

  @Test(
    arguments: [
      ([:], "normalization"), (["normalization": "half"], "normalization"),
      (["normalization": "constants"], "normalization_mean"),
      (
        ["normalization": "constants", "normalization_mean": "[0, 0]"], "normalization_mean"
      ),
      (
        ["normalization": "constants", "normalization_mean": "[0, 0, 0]"], "normalization_std"
      ),
      (
        [
          "normalization": "constants", "normalization_mean": "[0, 0, 0]",
          "normalization_std": "[0.5, 0, 0.5]",
        ], "normalization_std"
      ),
      (
        [
          "normalization": "constants", "normalization_mean": "[0.5, 0.5, 0.5]",
          "normalization_std": "[63, 62, 67]",
        ], "normalization_std"
      ),
      (
        [
          "normalization": "constants", "normalization_mean": "[125, 123, 114]",
          "normalization_std": "[0.2, 0.2, 0.2]",
        ], "normalization_mean"
      ),
      (
        [
          "normalization": "constants", "normalization_mean": "[0, 0, 1e99]",
          "normalization_std": "[1, 1, 1]",
        ], "normalization_mean"
      ),
    ] as [([String: String], String)])
  func nonsenseIsRefused(_ metadata: [String: String], _ key: String) {
    let error = #expect(throws: TensorFileError.self) {
      try Normalization(metadata: metadata, file: "best.safetensors")
    }
    guard case .unusableMetadata("best.safetensors", key, _, _)? = error else {
      Issue.record("expected an error about \(key), found \(String(describing: error))")
      return
    }
  }
}
