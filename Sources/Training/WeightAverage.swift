import Kernels
import Layers
import Tensors

/// An exponential moving average of a network's whole state, running statistics included:
///
///     average ← decay · average + (1 − decay) · value
///
/// after each of the selected steps (`AverageSettings`), starting with the value after the first
/// one. With lookahead, training then continues from the average:
///
///     value ← average
///
/// Late steps move around a minimum; their mean is closer to it.
/// Source: Polyak and Juditsky, 1992, "Acceleration of stochastic approximation by averaging", in
/// the exponential form of Szegedy et al., 2016, arXiv:1512.00567, section 8. Lookahead: Zhang et
/// al., 2019, arXiv:1907.08610, algorithm 1, with α = 1 − decay.
public final class WeightAverage {
  public let decay: Double
  /// Number of steps averaged.
  public private(set) var count = 0
  private let parameters: [Parameter]
  private let averages: [AlignedBuffer]

  /// - Precondition: 0 < decay < 1.
  public init(decay: Double, of parameters: [Parameter]) {
    precondition(decay > 0 && decay < 1, "an average with decay \(decay)")
    self.decay = decay
    self.parameters = parameters
    averages = parameters.map { AlignedBuffer(count: $0.value.count) }
  }

  /// Adds the values after a step to the average.
  public func update(on pool: WorkerPool) {
    // The first value initialises the average; starting at zero would bias early averages towards
    // zero.
    let fraction = count == 0 ? 1 : Float(1 - decay)
    for (parameter, average) in zip(parameters, averages) {
      BufferArithmetic.move(average, towards: parameter.value, by: fraction, on: pool)
    }
    count += 1
  }

  /// Replaces the network's values by the averages.
  func writeBack(on pool: WorkerPool) {
    for (parameter, average) in zip(parameters, averages) {
      BufferArithmetic.assign(average, times: 1, to: parameter.value, on: pool)
    }
  }

  /// Runs `body` with the averages in the network instead of its own values; before the first step
  /// nothing is exchanged.
  public func exchanged<Result>(on pool: WorkerPool, _ body: () throws -> Result) rethrows -> Result
  {
    guard count > 0 else { return try body() }
    exchange(on: pool)
    defer { exchange(on: pool) }
    return try body()
  }

  private func exchange(on pool: WorkerPool) {
    for (parameter, average) in zip(parameters, averages) {
      BufferArithmetic.exchange(parameter.value, average, on: pool)
    }
  }
}

extension WeightAverage {
  /// The averages, under the names of their parameters.
  var state: [Optimizer.StateTensor] {
    zip(parameters, averages).map { parameter, average in
      Optimizer.StateTensor(
        name: parameter.name, shape: parameter.shape, values: { parameter.unpack(average) })
    }
  }

  /// Restores a state that `state` returned after `count` steps.
  func restore(
    count: Int, values: (_ name: String, _ shape: [Int]) throws -> [Float]
  ) rethrows {
    for (parameter, average) in zip(parameters, averages) {
      parameter.pack(try values(parameter.name, parameter.shape), into: average)
    }
    self.count = count
  }
}
