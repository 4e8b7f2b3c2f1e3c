/// How often something is done to be timed.
struct Repetition {
  /// Runs that nobody times: they fill caches and fault memory in.
  let warmUps = 2
  /// Timed runs at least, however long they take.
  let least = 3
  /// Seconds after which no further run begins.
  let seconds: Double

  /// The seconds that each timed run took.
  ///
  /// - Parameter prepare: Done before each run, not timed.
  func durations(prepare: () -> Void = {}, _ body: () -> Void) -> [Double] {
    for _ in 0..<warmUps {
      prepare()
      body()
    }
    var durations: [Double] = []
    // Room for a long while: growing in between would be timed as well.
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
