import CheckedNumbers
import Models

/// `train.image-side`: smaller training images in early epochs, with which a network learns coarse
/// features at lower cost. Evaluation always uses the full side.
///
/// Source: Tan and Le, 2021, arXiv:2104.00298, section 4.2, without its growing regularisation.
public struct ImageSides: Decodable, Sendable, Equatable {
  /// The successive sides in pixels; empty for the full side throughout.
  public var sides: [Int]
  /// The first epoch of each side, in ascending order. Epoch numbers include the epochs of an
  /// earlier training that this one continues.
  public var fromEpochs: [Int]

  public init(sides: [Int] = [], fromEpochs: [Int] = []) {
    (self.sides, self.fromEpochs) = (sides, fromEpochs)
  }

  /// The side of the images in an epoch: the full side before the first epoch listed.
  public func side(inEpoch epoch: Int, full: Int) -> Int {
    guard let place = fromEpochs.lastIndex(where: { $0 <= epoch }), place < sides.count else {
      return full
    }
    return sides[place]
  }

  /// The sides used in any epoch from `first`, the largest first.
  package func all(from first: Int, full: Int) -> [Int] {
    let later = zip(sides, fromEpochs).filter { $0.1 > first }.map(\.0)
    return Set([side(inEpoch: first, full: full)] + later).sorted(by: >)
  }

  /// The number of epochs from `first` to `last`, each weighted by the number of pixels of its
  /// images relative to the epoch before `first`, and the last one also by the fraction of it that
  /// is trained.
  package func weightedCount(
    from first: Int, to last: Int, lastFraction: Double = 1, full: Int
  ) -> Double {
    let reference = Double(side(inEpoch: first - 1, full: full))
    return stride(from: first, through: last, by: 1).reduce(0) { sum, epoch in
      let ratio = Double(side(inEpoch: epoch, full: full)) / reference
      return sum + ratio * ratio * (epoch == last ? lastFraction : 1)
    }
  }

  /// ", of 24 pixels from epoch 1, of 32 pixels from epoch 7"; empty if there are no sides.
  var words: String {
    zip(sides, fromEpochs).map { ", of \($0) pixels from epoch \($1)" }.joined()
  }
}

extension ImageSides {
  private static let section = "train.image-side."

  package func check() throws(SettingOutOfRange) {
    for side in sides { try SettingRange(least: 8, most: 256).check(side, Self.section + "sides") }
    for epoch in fromEpochs {
      try SettingRange(least: 1).check(epoch, Self.section + "from-epochs")
    }
    guard fromEpochs.count == sides.count,
      zip(fromEpochs, fromEpochs.dropFirst()).allSatisfy({ $0 < $1 })
    else {
      throw SettingOutOfRange(
        key: Self.section + "from-epochs", found: "\(fromEpochs)",
        expected: "\(sides.count) numbers in ascending order, one for each of the sides \(sides)")
    }
  }

  /// - Throws: `TrainingError.imageSide` if the network can't be trained on images of these sides.
  func check(for network: Network) throws(TrainingError) {
    let full = network.input.height
    for side in sides {
      let layer = network.obstacle(toImagesOfSide: side)
      guard side <= full, layer == nil else {
        throw .imageSide(side: side, full: full, network: network.name, layer: layer)
      }
    }
  }
}

/// A run's plans for training, one for each side of its images. They share memory, since only one
/// of them is in use at a time.
struct PlansBySide {
  /// The plan for the largest images, whose memory the others use.
  let largest: NetworkPlan
  private var plans: [Int: NetworkPlan]

  /// - Parameters:
  ///   - sides: The largest first.
  ///   - plan: Makes the plan for a side.
  /// - Precondition: there is a side.
  init(_ sides: [Int], _ plan: (_ side: Int, _ sharingMemoryOf: NetworkPlan?) -> NetworkPlan) {
    largest = plan(sides[0], nil)
    plans = [sides[0]: largest]
    for side in sides.dropFirst() { plans[side] = plan(side, largest) }
  }

  /// - Precondition: there is a plan for the side.
  subscript(side: Int) -> NetworkPlan {
    guard let plan = plans[side] else { preconditionFailure("no plan for images of side \(side)") }
    return plan
  }
}
