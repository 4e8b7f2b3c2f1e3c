import Kernels
import Tensors

/// The loss at the end of a network: softmax cross-entropy with optional label smoothing.
///
/// Shapes: logits `[N, 1, 1, K]`, labels `[N]`.
/// Source: Szegedy et al., 2016, arXiv:1512.00567, section 7, for the smoothing.
public struct CrossEntropy: Sendable {
  private let kernel: SoftmaxCrossEntropy

  /// - Parameters:
  ///   - labelSmoothing: The fraction of the target spread evenly over all classes.
  ///   - divergenceWeight: The weight of the divergence KL(smoothed target ‖ prediction) that is
  ///     added to the cross-entropy.
  ///   - classWeights: The loss weight of each class; empty if all are 1.
  /// - Precondition: 0 ≤ labelSmoothing < 1, divergenceWeight ≥ 0, and no class weight is negative.
  public init(
    labelSmoothing: Double = 0, divergenceWeight: Double = 0, classWeights: [Double] = []
  ) {
    precondition(
      labelSmoothing >= 0 && labelSmoothing < 1, "a label smoothing of \(labelSmoothing)")
    precondition(divergenceWeight >= 0, "a divergence weight of \(divergenceWeight)")
    precondition(classWeights.allSatisfy { $0 >= 0 }, "class weights \(classWeights)")
    kernel = SoftmaxCrossEntropy(
      labelSmoothing: labelSmoothing, divergenceWeight: divergenceWeight,
      classWeights: classWeights)
  }

  /// Writes probabilities, each image's loss and, if `gradient` is given, the gradient of the
  /// batch's mean loss.
  ///
  /// - Precondition: one label below K and one loss per image, and K class weights or none.
  public func evaluate(
    _ logits: FeatureMap, labels: UnsafeBufferPointer<ClassLabel>,
    losses: UnsafeMutableBufferPointer<Double>, probabilities: FeatureMap, gradient: FeatureMap?
  ) {
    let shape = logits.shape
    precondition(
      shape.pixelCount == 1 && labels.count == shape.count && losses.count == shape.count
        && probabilities.shape == shape && (gradient.map { $0.shape == shape } ?? true),
      "a loss of logits \(shape) against \(labels.count) labels")
    precondition(
      kernel.classWeights.isEmpty || kernel.classWeights.count == shape.channels,
      "\(kernel.classWeights.count) class weights for \(shape.channels) classes")
    precondition(
      labels.allSatisfy { $0 < shape.channels }, "a label outside 0 ..< \(shape.channels)")
    guard let labels = labels.baseAddress, let losses = losses.baseAddress else { return }
    kernel.evaluate(
      logits, labels: labels, losses: losses, probabilities: probabilities, gradient: gradient)
  }
}
