import Foundation
import Tensors

/// The mean of the predictions for a batch of images and for their mirror images:
///
///     p = (softmax(z) + softmax(z')) / 2
///
/// It is stored as log p, which a softmax maps to p: code that takes logits can take these values,
/// and classes are ranked by them (`ClassRanking`), so that no probability underflows before it is
/// ranked.
///
/// Source: the averaging of crops and flips in Krizhevsky et al., 2012, section 4.1.
struct MirrorAverage {
  /// Logarithms of the probabilities for the original images, `[N, K]`.
  private var first: [Double] = []

  /// Stores the predictions for the original images.
  mutating func keep(_ logits: FeatureMap) {
    first.removeAll(keepingCapacity: true)
    for image in 0..<logits.shape.count { first += Self.logProbabilities(of: image, in: logits) }
  }

  /// Replaces the predictions for the mirror images by the mean of both.
  func average(into logits: FeatureMap) {
    let classes = logits.shape.channels
    precondition(
      first.count == classes * logits.shape.count,
      "\(first.count) answers kept for logits \(logits.shape)")
    for image in 0..<logits.shape.count {
      let second = Self.logProbabilities(of: image, in: logits)
      let target = logits.base + image * logits.shape.imageStride
      for (index, b) in second.enumerated() {
        let a = first[image * classes + index]
        let (larger, smaller) = (max(a, b), min(a, b))
        target[index] = Float(larger + log1p(exp(smaller - larger)) - log(2))
      }
    }
  }

  private static func logProbabilities(of image: Int, in logits: FeatureMap) -> [Double] {
    let start = logits.base + image * logits.shape.imageStride
    let values = (0..<logits.shape.channels).map { Double(start[$0]) }
    let largest = values.max() ?? 0
    let sum = values.reduce(0) { $0 + exp($1 - largest) }
    return values.map { $0 - largest - log(sum) }
  }
}
