import Foundation
import Tensors

/// The weighted sum of a batch's logits over several views. Sums are in `Double`, in the order of
/// the views.
struct LogitSum {
  private var sums: [Double] = []

  /// Begins the sum of another batch.
  mutating func begin(_ shape: FeatureMapShape) {
    sums.removeAll(keepingCapacity: true)
    sums.append(contentsOf: repeatElement(0, count: shape.elementCount))
  }

  mutating func add(_ logits: FeatureMap, weight: Double) {
    let elements = logits.elements
    for index in elements.indices { sums[index] += weight * Double(elements[index]) }
  }

  func write(into logits: FeatureMap) {
    let elements = logits.elements
    for index in elements.indices { elements[index] = Float(sums[index]) }
  }
}

/// The logits of all images of a set, as a plan writes them.
struct StoredLogits {
  private var elements: [Float] = []
  private let shape: FeatureMapShape

  /// - Parameter shape: The shape of one image's logits.
  init(_ shape: FeatureMapShape, images: Int) {
    self.shape = shape.with(count: 1)
    elements = [Float](repeating: 0, count: images * self.shape.imageStride)
  }

  /// Stores the logits of a batch for these images.
  mutating func store(_ logits: FeatureMap, of images: ArraySlice<Int>) {
    let stride = shape.imageStride
    for (position, image) in images.enumerated() {
      for index in 0..<stride {
        elements[image * stride + index] = logits.base[position * stride + index]
      }
    }
  }

  /// Writes the logits of these images as a batch.
  func write(_ images: ArraySlice<Int>, into logits: FeatureMap) {
    let stride = shape.imageStride
    for (position, image) in images.enumerated() {
      for index in 0..<stride {
        logits.base[position * stride + index] = elements[image * stride + index]
      }
    }
  }

  /// The given fraction of the images, but at least one: those whose most probable class has the
  /// lowest probability; of equal ones, the first. In ascending order.
  func leastCertain(fraction: Double) -> [Int] {
    let count = elements.count / shape.imageStride
    let wanted = max(Int((fraction * Double(count)).rounded()), 1)
    let doubts = (0..<count).map(doubt)
    return (0..<count).sorted { (-doubts[$0], $0) < (-doubts[$1], $1) }.prefix(wanted).sorted()
  }

  /// −log p of the most probable class, accurate even if p rounds to one.
  private func doubt(_ image: Int) -> Double {
    let first = image * shape.imageStride
    let logits = elements[first..<first + shape.channels].map(Double.init)
    guard let place = logits.indices.max(by: { logits[$0] < logits[$1] }) else { return 0 }
    let others = logits.indices.reduce(0) { sum, index in
      index == place ? sum : sum + exp(logits[index] - logits[place])
    }
    return others.isFinite ? log1p(others) : .infinity
  }
}
