import Foundation
import Tensors

/// Softmax and cross-entropy in one operation, with optional label smoothing.
///
/// With q the target, which holds 1 − s + s/K at the label and s/K elsewhere, and p = softmax(z):
///
///     loss = w · (−Σ q · log p + k · Σ q · log(q / p))
///
/// where w is the weight of the label's class. The gradient is dz = w · (1 + k) · (p − q). With
/// s = k = 0 and w = 1 this is plain cross-entropy. The mean over a batch divides by the number of
/// images, not by the sum of their weights.
///
/// Shapes: z, dz, probabilities `[N, 1, 1, K]`; labels `[N]`, each below K.
/// Sources: label smoothing: Szegedy et al., 2016, arXiv:1512.00567, section 7.
public struct SoftmaxCrossEntropy: Sendable {
  /// s, the fraction of the target spread evenly over all classes.
  public let labelSmoothing: Double
  /// k, the weight of the Kullback–Leibler divergence of the prediction from the smoothed target.
  public let divergenceWeight: Double

  /// w of each class; empty if all are 1.
  public let classWeights: [Double]

  public init(labelSmoothing: Double, divergenceWeight: Double, classWeights: [Double] = []) {
    self.labelSmoothing = labelSmoothing
    self.divergenceWeight = divergenceWeight
    self.classWeights = classWeights
  }

  /// Writes the probabilities and, unless `gradient` is nil, the gradient of the batch's mean loss.
  ///
  /// - Parameter losses: Receives the loss of each image, `[N]`.
  public func evaluate(
    _ logits: FeatureMap, labels: UnsafePointer<ClassLabel>, losses: UnsafeMutablePointer<Double>,
    probabilities: FeatureMap, gradient: FeatureMap?
  ) {
    let classes = logits.shape.channels
    let stride = logits.shape.imageStride
    let spread = labelSmoothing / Double(classes)
    let peak = 1 - labelSmoothing + spread
    // Σ q log q is the same for every image.
    let negativeEntropy =
      labelSmoothing > 0
      ? peak * log(peak) + Double(classes - 1) * spread * log(spread) : 0
    let meanScale = (1 + divergenceWeight) / Double(logits.shape.count)
    for image in 0..<logits.shape.count {
      let z = logits.base + image * stride
      let p = probabilities.base + image * stride
      var largest = Double(z[0])
      for index in 1..<max(classes, 1) { largest = max(largest, Double(z[index])) }
      var sum = 0.0
      for index in 0..<classes { sum += exp(Double(z[index]) - largest) }
      let logSum = log(sum) + largest
      let label = Int(labels[image])
      let weight = classWeights.isEmpty ? 1 : classWeights[label]
      let gradientScale = weight * meanScale
      var crossEntropy = 0.0
      for index in 0..<classes {
        let logProbability = Double(z[index]) - logSum
        let probability = exp(logProbability)
        let target = index == label ? peak : spread
        if target > 0 { crossEntropy -= target * logProbability }
        p[index] = Float(probability)
        if let gradient {
          gradient.base[image * stride + index] = Float(gradientScale * (probability - target))
        }
      }
      for index in classes..<max(stride, classes) {
        p[index] = 0
        gradient?.base[image * stride + index] = 0
      }
      losses[image] =
        weight * (crossEntropy + divergenceWeight * (negativeEntropy + crossEntropy))
    }
  }
}
