import Kernels
import Models
import Processors

extension BenchmarkCase {
  /// Measures the case in this process: training with a loaded batch, training with loading and
  /// augmentation, and inference.
  ///
  /// Peak memory is measured for the whole process, so a process should measure one case and
  /// nothing else.
  ///
  /// - Parameters:
  ///   - seconds: How long each of the three is repeated; at least three times in any case.
  ///   - profiles: Whether to repeat training with loading once more for a layer profile.
  /// - Throws: `BenchmarkError.diverged`, and errors in recipes.
  public func measure(seconds: Double, profiles: Bool) throws -> BenchmarkResult {
    let pool = WorkerPool(threadCount: threadCount)
    let network = try NetworkCatalog.network(named: network, classes: 10)
    let repetition = Repetition(seconds: seconds)
    let peak = MachinePeak(on: pool)
    let training = try measureTraining(network, repetition, profiles: profiles, on: pool)
    // The training memory has been released here.
    let inference = InferenceWorkload(network, self, on: pool)
    let answers = repetition.durations(prepare: inference.placeFixedBatch, inference.answer)
    guard inference.isFinite else { throw BenchmarkError.diverged(network: self.network) }
    let numerics = Numerics.current
    return BenchmarkResult(
      network: self.network, precision: precision, threads: threadCount, batch: batch,
      multiplyAdds: network.summary.multiplyAdds,
      train: BenchmarkResult.Speed(SampleStatistics(training.inPlace), batch: batch),
      trainWithLoading: BenchmarkResult.Speed(SampleStatistics(training.loading), batch: batch),
      infer: BenchmarkResult.Speed(SampleStatistics(answers), batch: batch),
      peakMemoryBytes: ResidentMemory.peakByteCount ?? 0,
      peak: peak.merged(with: MachinePeak(on: pool)),
      processor: numerics.processor, openBLASCore: numerics.blasCore, profile: training.profile)
  }

  private struct TrainingTimes {
    let inPlace: [Double]
    let loading: [Double]
    let profile: LayerProfile?
  }

  private func measureTraining(
    _ network: Network, _ repetition: Repetition, profiles: Bool, on pool: WorkerPool
  ) throws -> TrainingTimes {
    let workload = try TrainingWorkload(network, self, on: pool)
    let inPlace = repetition.durations(prepare: workload.placeFixedBatch) { workload.step() }
    guard workload.isFinite else { throw BenchmarkError.diverged(network: network.name) }
    let loading = repetition.durations {
      workload.load()
      workload.step()
    }
    guard workload.isFinite else { throw BenchmarkError.diverged(network: network.name) }
    guard profiles else { return TrainingTimes(inPlace: inPlace, loading: loading, profile: nil) }
    let observer = StepObserver(kinds: network.nodes.map(\.layer.kind))
    _ = repetition.durations(prepare: observer.begin) {
      workload.load()
      observer.didRun(.loading)
      workload.step(observer)
    }
    return TrainingTimes(inPlace: inPlace, loading: loading, profile: observer.profile)
  }
}
