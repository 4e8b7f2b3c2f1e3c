import Foundation

/// The velocity of momentum for equal gradients and for alternating ones.
///
///     v ← α · v + g
///
/// If all gradients are 1, v grows to 1 / (1 − α); if they are +1, −1, +1, …, |v| stays at most 1.
public struct MomentumExample: Sendable {
  public let momentum: Double

  public init(momentum: Double) { self.momentum = momentum }

  /// v after `steps` steps of gradients `gradient(step)`, steps counted from 0.
  package func velocity(after steps: Int, _ gradient: (Int) -> Double) -> Double {
    (0..<steps).reduce(0) { momentum * $0 + gradient($1) }
  }

  public var header: [String] {
    ["steps", "velocity, gradients 1, 1, 1, …", "gradients 1, −1, 1, …"]
  }

  public var rows: [[String]] {
    [1, 2, 5, 10, 20, 50].map { steps in
      [
        "\(steps)", LossExample.text(velocity(after: steps) { _ in 1 }),
        LossExample.text(velocity(after: steps) { $0 % 2 == 0 ? 1 : -1 }),
      ]
    }
  }
}
