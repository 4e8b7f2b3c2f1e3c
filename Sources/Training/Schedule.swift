import Foundation

/// The learning rate as a function of the epoch.
///
/// Epochs count from 1. A rate is a pure function of its epoch, so a resumed run needs no state.
public struct Schedule: Decodable, Sendable {
  public enum Kind: String, Decodable, Sendable { case constant, multistep, exponential, cosine }

  public var kind: Kind
  /// Epochs from which the rate is multiplied by `factor` once more (multistep).
  public var milestones: [Int]
  /// The multiplier at a milestone (multistep) or after each epoch (exponential).
  public var factor: Double
  /// Epochs from the full to the least rate (cosine); the whole training where nil.
  public var period: Int?
  /// Least rate (cosine).
  public var minimum: Double

  public init(
    kind: Kind, milestones: [Int] = [], factor: Double = 0.1, period: Int? = nil,
    minimum: Double = 0
  ) {
    self.kind = kind
    self.milestones = milestones
    self.factor = factor
    self.period = period
    self.minimum = minimum
  }

  /// The rate used throughout `epoch`:
  ///
  ///     constant     base
  ///     multistep    base · factorᵐ, where m milestones are ≤ epoch
  ///     exponential  base · factorᵉᵖᵒᶜʰ⁻¹
  ///     cosine       minimum + (base − minimum) · (1 + cos(π · (epoch − 1) / period)) / 2
  ///
  /// Source of the cosine: Loshchilov and Hutter, 2017, arXiv:1608.03983, equation 5, without restarts.
  ///
  /// - Parameter epochs: Epochs of the whole training.
  public func rate(base: Double, epoch: Int, epochs: Int) -> Double {
    precondition(epoch >= 1, "epochs count from 1, found \(epoch)")
    switch kind {
    case .constant:
      return base
    case .multistep:
      return base * pow(factor, Double(milestones.count { $0 <= epoch }))
    case .exponential:
      return base * pow(factor, Double(epoch - 1))
    case .cosine:
      let progress = Double(epoch - 1) / Double(max(period ?? epochs, 1))
      return minimum + (base - minimum) * (1 + cos(.pi * progress)) / 2
    }
  }
}
