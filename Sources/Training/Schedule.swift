import Foundation

/// The learning rate as a function of the step's position in the training run and of the figures so
/// far.
///
/// A rate is a pure function of its arguments, so resuming a run needs no state of the schedule.
public struct Schedule: Decodable, Sendable {
  public enum Kind: String, Decodable, Sendable {
    case constant, multistep, exponential, cosine, plateau, linear, triangular
    case oneCycle = "one-cycle"
  }

  public var kind: Kind
  /// Epochs at which the rate is multiplied by `factor` (multistep).
  public var milestones: [Int]
  /// The multiplier at a milestone (multistep), after each epoch (exponential) or after
  /// `patience` epochs without an improvement (plateau).
  public var factor: Double
  /// Epochs from the full to the minimum rate (cosine, linear); nil for the whole run.
  public var period: Double?
  /// Minimum rate (cosine, plateau), or the rate at the end (triangular, one-cycle).
  public var minimum: Double
  /// Minimum rate as a fraction of the full one (linear).
  public var floor: Double
  /// The quantity whose improvements count (plateau).
  public var monitor: MonitoredQuantity
  /// Epochs without an improvement after which the rate is lowered (plateau).
  public var patience: Int
  /// An improvement must be larger than this (plateau).
  public var leastImprovement: Double
  /// The initial rate as a fraction of the full one (triangular, one-cycle).
  public var start: Double
  /// The fraction of the run after which the rate is full (triangular, one-cycle).
  public var peak: Double
  /// Epochs in which the rate of any kind grows linearly from 0 to its scheduled value.
  public var warmupEpochs: Double

  public init(
    kind: Kind, milestones: [Int] = [], factor: Double = 0.1, period: Double? = nil,
    minimum: Double = 0, floor: Double = 0, monitor: MonitoredQuantity = .validationLoss,
    patience: Int = 10, leastImprovement: Double = 0, start: Double = 0.04, peak: Double = 0.3,
    warmupEpochs: Double = 0
  ) {
    self.kind = kind
    self.milestones = milestones
    self.factor = factor
    self.period = period
    self.minimum = minimum
    self.floor = floor
    self.monitor = monitor
    self.patience = patience
    self.leastImprovement = leastImprovement
    self.start = start
    self.peak = peak
    self.warmupEpochs = warmupEpochs
  }
}

/// The position of a step in a training run.
public struct StepPlace: Sendable, Equatable {
  /// Counted from 1.
  public var epoch: Int
  /// Number of steps before it in the epoch.
  public var step: Int
  public var stepsInEpoch: Int

  /// - Precondition: epoch ≥ 1 and 0 ≤ step < stepsInEpoch.
  public init(epoch: Int, step: Int = 0, of stepsInEpoch: Int = 1) {
    precondition(
      epoch >= 1 && step >= 0 && step < stepsInEpoch,
      "step \(step) of \(stepsInEpoch) in epoch \(epoch), which counts from 1")
    self.epoch = epoch
    self.step = step
    self.stepsInEpoch = stepsInEpoch
  }

  /// Epochs before the step, including the fraction of its own epoch.
  var beginning: Double { Double(epoch - 1) + Double(step) / Double(stepsInEpoch) }
  /// Epochs after the step.
  var end: Double { Double(epoch - 1) + Double(step + 1) / Double(stepsInEpoch) }
}

extension Schedule {
  /// The rate of a step, where e is its epoch and t the (fractional) number of epochs before it:
  ///
  ///     constant     base
  ///     multistep    base · factorᵐ, where m milestones are ≤ e
  ///     exponential  base · factorᵉ⁻¹
  ///     cosine       minimum + (base − minimum) · (1 + cos(π · (e − 1) / period)) / 2
  ///     plateau      base · factorⁿ, at least minimum, after n plateaus of the monitored quantity
  ///     linear       base + (floor · base − base) · t / period, then floor · base
  ///     triangular   linear from start · base to base at t = peak · epochs, then to minimum
  ///                  at t = epochs
  ///     one-cycle    the same along half waves of the cosine
  ///
  /// In the first `warmupEpochs` W, the rate is multiplied by (t after the step) / W.
  ///
  /// Sources: cosine: Loshchilov and Hutter, 2017, arXiv:1608.03983, equation 5, without restarts.
  /// Triangular and one-cycle: Smith and Topin, 2018, arXiv:1708.07120, section 4; the half waves
  /// are PyTorch's. Warm-up: Goyal et al., 2017, arXiv:1706.02677, section 2.2.
  ///
  /// - Parameters:
  ///   - epochs: Number of epochs of the whole run.
  ///   - history: The figures of the epochs before this one.
  public func rate(
    base: Double, at place: StepPlace, epochs: Double, history: [EpochRecord] = []
  ) -> Double {
    let rate = scheduled(
      base: base, at: place, epochs: epochs > 0 ? epochs : 1, history: history)
    return warmupEpochs > 0 ? rate * min(place.end / warmupEpochs, 1) : rate
  }

  private func scheduled(
    base: Double, at place: StepPlace, epochs: Double, history: [EpochRecord]
  ) -> Double {
    switch kind {
    case .constant:
      return base
    case .multistep:
      return base * pow(factor, Double(milestones.count { $0 <= place.epoch }))
    case .exponential:
      return base * pow(factor, Double(place.epoch - 1))
    case .cosine:
      return halfWave(from: base, to: minimum, Double(place.epoch - 1) / (period ?? epochs))
    case .plateau:
      let plateaus = Monitor(monitor, leastImprovement: leastImprovement)
        .plateaus(in: history, patience: patience)
      return max(base * pow(factor, Double(plateaus)), min(minimum, base))
    case .linear:
      return line(from: base, to: floor * base, min(place.beginning / (period ?? epochs), 1))
    case .triangular, .oneCycle:
      let progress = min(place.beginning / epochs, 1)
      let shape = kind == .triangular ? line : halfWave
      return progress < peak
        ? shape(start * base, base, progress / peak)
        : shape(base, minimum, (progress - peak) / (1 - peak))
    }
  }

  private func line(from first: Double, to last: Double, _ part: Double) -> Double {
    first + (last - first) * part
  }

  private func halfWave(from first: Double, to last: Double, _ part: Double) -> Double {
    last + (first - last) * (1 + cos(.pi * part)) / 2
  }
}
