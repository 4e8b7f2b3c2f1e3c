import Foundation

/// The learning rates that a training is going to use, as far as they are known before it begins.
///
/// A plateau's rate falls where training stands still, which is not known before; it is planned as if
/// it never did. Early stopping may end the training sooner.
public struct PlannedRates: Sendable, Equatable {
  /// A step: epochs done before it, and its rate.
  public struct Point: Sendable, Equatable {
    public let epochs: Double
    public let rate: Double
  }

  public let points: [Point]

  /// Steps beyond which not every one is told.
  static let mostPoints = 600

  /// - Parameters:
  ///   - epochs: Epochs of the training; with none there are no points.
  ///   - before: Epochs of an earlier training that it goes on from.
  init(_ settings: TrainingSettings, stepsPerEpoch: Int, after before: Int = 0) {
    let steps = settings.epochs * stepsPerEpoch
    let count = min(steps, Self.mostPoints)
    points = (0..<count).map { index in
      let step = count > 1 ? index * (steps - 1) / (count - 1) : 0
      let place = StepPlace(
        epoch: step / stepsPerEpoch + 1, step: step % stepsPerEpoch, of: stepsPerEpoch)
      return Point(
        epochs: Double(before) + Double(step) / Double(stepsPerEpoch),
        rate: settings.schedule.rate(
          base: settings.optimizer.learningRate, at: place, epochs: settings.epochs))
    }
  }

  /// The first, the largest and the last rate, with the epochs done before each.
  public var landmarks: [(name: String, point: Point)] {
    guard let first = points.first, let last = points.last else { return [] }
    let largest = points.reduce(first) { $1.rate > $0.rate ? $1 : $0 }
    return [("first step", first), ("largest", largest), ("last step", last)]
  }

  /// The points as a table with the columns `epoch` and `learning_rate`.
  public var csv: String {
    "epoch,learning_rate\n" + points.map { "\($0.epochs),\($0.rate)\n" }.joined()
  }
}

extension Trainer {
  /// The rates of all steps, those already done included.
  public var plannedRates: PlannedRates {
    PlannedRates(settings, stepsPerEpoch: stepsPerEpoch, after: store.epochsBefore)
  }
}

extension PlannedRates {
  public static let header = ["step", "after epochs", "learning rate"]

  /// The landmarks as a table for readers.
  public var rows: [[String]] {
    landmarks.map { name, point in
      [name, String(format: "%.2f", point.epochs), String(format: "%.6g", point.rate)]
    }
  }
}
