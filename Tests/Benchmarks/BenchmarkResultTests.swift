import Benchmarks
import Foundation
import Testing

@Suite struct BenchmarkResultTests {
  /// A result as printed by another process.
  private func result(peakGFLOPS: Double = 480) throws -> BenchmarkResult {
    var values: [String: Any] = [
      "network": "resnet20", "precision": "float32", "threads": 2, "batch": 128,
      "multiply_adds": 40_000_000, "peak_memory_bytes": 100 << 20,
      "multiply_add_gflops": peakGFLOPS, "processor": "A processor", "openblas_core": "Haswell",
    ]
    for (pass, speed) in [("train", 1000.0), ("train_with_loading", 960), ("infer", 4000)] {
      values["\(pass)_images_per_second"] = speed
      values["\(pass)_best_images_per_second"] = 1.25 * speed
      values["\(pass)_spread"] = 0.03125
      values["\(pass)_repeats"] = 12
    }
    let data = try JSONSerialization.data(withJSONObject: values)
    return try JSONDecoder().decode(BenchmarkResult.self, from: data)
  }

  private func object(_ result: BenchmarkResult) throws -> [String: Any] {
    let json = try result.json()
    #expect(!json.contains("\n"))
    let object = try JSONSerialization.jsonObject(with: Data(json.utf8))
    return try #require(object as? [String: Any])
  }

  @Test func `a line of JSON has the promised keys`() throws {
    let object = try object(try result())
    #expect(object["network"] as? String == "resnet20")
    #expect(object["precision"] as? String == "float32")
    #expect(object["threads"] as? Int == 2)
    #expect(object["batch"] as? Int == 128)
    #expect(object["train_images_per_second"] as? Double == 1000)
    #expect(object["train_with_loading_images_per_second"] as? Double == 960)
    #expect(object["infer_images_per_second"] as? Double == 4000)
    #expect(object["peak_memory_bytes"] as? Int == 100 << 20)
    #expect(object["profile"] == nil)
  }

  /// A number divided by a billion and multiplied by a billion may differ from the original.
  @Test func `what is read is what was written`() throws {
    for operations in stride(from: 1e12, to: 1.1e12, by: 3_333_777_777) {
      let result = try result(peakGFLOPS: operations / 1e9)
      #expect(result.peak.multiplyAdds == operations)
      let line = Data(try result.json().utf8)
      #expect(try JSONDecoder().decode(BenchmarkResult.self, from: line) == result)
    }
  }

  /// Training computes three times the products of a forward pass; a product counts as two
  /// operations.
  @Test func `arithmetic is counted by pass`() throws {
    let object = try object(try result())
    #expect(object["train_gflops"] as? Double == 240)
    #expect(object["infer_gflops"] as? Double == 320)
    #expect(object["train_share_of_peak"] as? Double == 0.5)
    #expect(object["train_best_images_per_second"] as? Double == 1250)
    #expect(object["infer_repeats"] as? Int == 12)
    #expect(object["openblas_core"] as? String == "Haswell")
  }

  /// A float32 product takes six products in AMX tiles, so vectors may be faster.
  @Test func `the peak is that of the faster unit`() {
    let none = MachinePeak(multiplyAdds: 480, bfloat16: nil)
    #expect(none.rate(of: .float32) == 480 && none.rate(of: .bfloat16) == 480)
    let slow = MachinePeak(multiplyAdds: 480, bfloat16: 2400)
    #expect(slow.rate(of: .float32) == 480 && slow.rate(of: .bfloat16) == 2400)
    let fast = MachinePeak(multiplyAdds: 480, bfloat16: 6000)
    #expect(fast.rate(of: .float32) == 1000 && fast.rate(of: .bfloat16) == 6000)
  }

  @Test func `JSON is read back as it was`() throws {
    let result = try result()
    let data = Data(try result.json().utf8)
    #expect(try JSONDecoder().decode(BenchmarkResult.self, from: data) == result)
  }

  @Test func `the table says the same`() throws {
    let lines = BenchmarkTable.lines(of: try result())
    let words = lines.map { $0.split(separator: " ").joined(separator: " ") }
    #expect(words[0] == "resnet20 float32 128 train 1,000 1,250 3.1 % 240 50 % 100 MiB")
    #expect(words[1] == "train, loading 960 1,200 3.1 % 230 48 %")
    #expect(words[2] == "infer 4,000 5,000 3.1 % 320 67 %")
    #expect(lines[0].count == BenchmarkTable.header.count)
  }
}
