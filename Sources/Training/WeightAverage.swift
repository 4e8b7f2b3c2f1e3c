import Kernels
import Layers
import Tensors

/// An exponential moving average of a network's whole state, running statistics included:
///
///     average ← decay · average + (1 − decay) · value        after each step, from the first one's value
///
/// Late steps jump about a minimum; their mean lies nearer to it.
/// Source: Polyak and Juditsky, 1992, "Acceleration of stochastic approximation by averaging", in the
/// exponential form of Szegedy et al., 2016, arXiv:1512.00567, section 8.
public final class WeightAverage {
  public let decay: Double
  /// Steps averaged.
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

  /// Takes in the values after a step.
  public func update(on pool: WorkerPool) {
    // The first value stands for all that came before: otherwise early averages would lean to zero.
    let share = count == 0 ? 1 : Float(1 - decay)
    for (parameter, average) in zip(parameters, averages) {
      BufferArithmetic.move(average, towards: parameter.value, by: share, on: pool)
    }
    count += 1
  }

  /// Runs `body` while the network holds the averages instead of its own values; before the first step
  /// there is nothing to exchange.
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
  /// The averages, each under its parameter's name.
  var state: [Optimizer.StateTensor] {
    zip(parameters, averages).map { parameter, average in
      Optimizer.StateTensor(
        name: parameter.name, shape: parameter.shape, values: { parameter.unpack(average) })
    }
  }

  /// Restores what `state` gave after `count` steps.
  func restore(
    count: Int, values: (_ name: String, _ shape: [Int]) throws -> [Float]
  ) rethrows {
    for (parameter, average) in zip(parameters, averages) {
      parameter.pack(try values(parameter.name, parameter.shape), into: average)
    }
    self.count = count
  }
}
