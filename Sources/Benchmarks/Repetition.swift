/// How often a measured action is repeated.
struct Repetition {
  /// Untimed runs: they fill caches and fault memory in.
  let warmUps = 2
  /// Minimum number of timed runs, however long they take.
  let least = 3
  /// Seconds after which no further run begins.
  let seconds: Double

  /// Returns the seconds of each timed run.
  ///
  /// - Parameter prepare: Called before each run, not timed.
  func durations(prepare: () -> Void = {}, _ body: () -> Void) -> [Double] {
    for _ in 0..<warmUps {
      prepare()
      body()
    }
    var durations: [Double] = []
    // Large enough that the array doesn't grow, which would be timed as well.
    durations.reserveCapacity(1 << 16)
    let clock = ContinuousClock()
    let end = clock.now + .seconds(seconds)
    while durations.count < least || clock.now < end {
      prepare()
      durations.append(clock.measure(body) / .seconds(1))
    }
    return durations
  }
}
