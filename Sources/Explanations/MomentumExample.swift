import Foundation

/// The velocity by momentum of gradients that agree, and of gradients that alternate.
///
///     v ← α · v + g
///
/// Of gradients that are all 1, v grows to 1 / (1 − α); of +1, −1, +1, … it stays below 1 in size.
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
