import Foundation
import Records
import TensorFiles

/// The learning rates of a training run, as far as they are known before it begins.
///
/// A plateau schedule lowers the rate when training stops improving, which isn't known in advance;
/// the plan assumes that this never happens. Early stopping may end the training sooner.
public struct PlannedRates: Sendable, Equatable {
  /// A step: the number of epochs done before it, and its rate.
  public struct Point: Sendable, Equatable {
    public let epochs: Double
    public let rate: Double
  }

  public let points: [Point]

  /// Largest number of points; with more steps, the points are evenly spaced.
  static let mostPoints = 600

  /// - Parameters:
  ///   - epochs: Epochs of the run; if 0, there are no points.
  ///   - before: Epochs of an earlier run that this one continues.
  init(_ settings: TrainingSettings, stepsPerEpoch: Int, after before: Int = 0) {
    let steps = RunLength(epochs: settings.epochs, stepsPerEpoch: stepsPerEpoch).steps
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

  /// The first, the largest and the last rate, each with the number of epochs done before it.
  public var landmarks: [(name: String, point: Point)] {
    guard let first = points.first, let last = points.last else { return [] }
    let largest = points.reduce(first) { $1.rate > $0.rate ? $1 : $0 }
    return [("first step", first), ("largest", largest), ("last step", last)]
  }

  /// Writes the points as `schedule.csv` into a folder.
  public func write(toFolder folder: URL) throws {
    try AtomicFile.write(Data(plan.text.utf8), to: folder.appendingPathComponent(RatePlan.fileName))
  }

  /// The points as the file `schedule.csv` has them.
  public var plan: RatePlan { RatePlan(epochs: points.map(\.epochs), rates: points.map(\.rate)) }
}

extension Trainer {
  /// The rates of all steps, including those already done.
  public var plannedRates: PlannedRates {
    PlannedRates(settings, stepsPerEpoch: stepsPerEpoch, after: store.epochsBefore)
  }
}

extension PlannedRates {
  public static let header = ["step", "after epochs", "learning rate"]

  /// The landmarks as rows of a table.
  public var rows: [[String]] {
    landmarks.map { name, point in
      [name, String(format: "%.2f", point.epochs), String(format: "%.6g", point.rate)]
    }
  }
}
