import Benchmarks
import Datasets
import Foundation
import Kernels
import Tensors
import Testing

/// Tests that everything is measured, but not the rates.
@Suite struct MeasurementTests {
  private func benchmark(_ precision: Precision = .float32, threads: Int = 2) -> BenchmarkCase {
    BenchmarkCase(
      network: "small-cnn", precision: precision, threadCount: threads, batch: 3,
      augmentations: [.crop(padding: 4, fill: .zero), .flip(probability: 0.5)],
      preprocessing: PreprocessSettings(normalize: .statistics))
  }

  private func measure(_ precision: Precision = .float32, profiles: Bool) throws -> BenchmarkResult
  {
    try benchmark(precision).measure(seconds: 0.01, profiles: profiles)
  }

  @Test(arguments: Precision.allCases.filter(\.isSupported))
  func `digests are those of any number of threads, and of the precision`(
    precision: Precision
  ) throws {
    let digests = try benchmark(precision, threads: 1).digests()
    #expect(try benchmark(precision, threads: 3).digests() == digests)
    #expect(digests.weights != digests.logits)
    guard precision != .float32 else { return }
    let exact = try benchmark().digests()
    #expect(exact.weights != digests.weights && exact.logits != digests.logits)
  }

  @Test(arguments: Precision.allCases.filter(\.isSupported))
  func `all passes have a speed`(precision: Precision) throws {
    let result = try measure(precision, profiles: false)
    #expect(result.precision == precision)
    #expect(result.network == "small-cnn" && result.batch == 3 && result.threads == 2)
    for (name, speed, _) in result.passes {
      #expect(speed.repeats >= 3, "\(name)")
      #expect(speed.best >= speed.median && speed.median > 0, "\(name): \(speed)")
    }
    #expect(result.peakFlops > 0)
    #expect(result.peakMemoryBytes > 1 << 20)
    #expect(result.profile == nil)
  }

  /// Two 3×3 convolutions with ReLU, two poolings and two linear layers.
  @Test func `a profile has all parts of a step`() throws {
    let result = try measure(profiles: true)
    let profile = try #require(result.profile)
    let kinds = Set(profile.rows.map(\.kind))
    #expect(kinds.isSuperset(of: ["conv 3×3", "linear", "loading", "loss", "optimiser"]))
    for row in profile.rows {
      #expect(row.forward > 0, "\(row)")
      let isLayer = !["loading", "loss", "optimiser"].contains(row.kind)
      #expect((row.backward > 0) == isLayer, "\(row)")
    }
    let data = Data(try result.json().utf8)
    #expect(try JSONDecoder().decode(BenchmarkResult.self, from: data) == result)
  }
}
