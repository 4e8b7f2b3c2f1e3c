import Kernels

/// What the threads of a pool could do at most, measured.
enum MachinePeak {
  /// Float32 operations a second of multiply-adds on registers, all threads together: the best of many
  /// runs, since what others take from a shared machine is no property of it.
  static func float32(on pool: WorkerPool) -> Double {
    var operations = 0
    let durations = Repetition(seconds: 0.25).durations {
      operations = MultiplyAddLoop.run(on: pool)
    }
    return Double(operations) / SampleStatistics(durations).minimum
  }
}
