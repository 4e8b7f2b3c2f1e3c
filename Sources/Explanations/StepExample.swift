import Datasets
import Kernels
import Layers
import Loading
import Models
import Tensors
import Training

/// One training step of a few images in detail: the logits of the first image, and the gradient of
/// one weight, compared with the slope of the loss.
///
///     gradient ≈ (L(w + h) − L(w − h)) / 2h
///
/// The network is not changed: weights and running statistics are restored.
public struct StepExample: Sendable {
  /// The logits of the first image.
  public let logits: [Float]
  /// The label of the first image.
  public let label: Int
  /// The loss of the first image, and the mean over the batch.
  public let firstLoss: Double
  public let loss: Double
  public let count: Int
  /// The weight that was changed: its parameter, its index in PyTorch's order, its value.
  public let parameter: String
  public let index: Int
  public let weight: Float
  /// ∂L/∂w as the backward pass computes it.
  public let gradient: Float
  /// h.
  public let step: Double
  /// L(w − h) and L(w + h).
  public let lossBelow: Double
  public let lossAbove: Double

  /// (L(w + h) − L(w − h)) / 2h.
  public var slope: Double { (lossAbove - lossBelow) / (2 * step) }

  /// Losses are computed from float32 logits: with a smaller step, rounding errors would dominate
  /// the difference; with a larger one, the curvature of the loss.
  static let relativeStep: Float = 1.0 / 64

  /// The largest number of images of a step.
  private static let mostImages = 8

  /// A step with a recipe's loss and seed on the first images of the set.
  ///
  /// - Parameter loader: Loads the images without augmentation.
  public init(
    of network: Network, in loader: BatchLoader, by settings: TrainingSettings, on pool: WorkerPool
  ) {
    self.init(
      of: network, in: loader, loss: CrossEntropy(labelSmoothing: settings.loss.labelSmoothing),
      count: min(Self.mostImages, loader.images.count), seed: settings.seed, on: pool)
  }

  /// - Parameters:
  ///   - loader: Loads the images without augmentation.
  ///   - loss: The loss of the recipe.
  ///   - count: The number of images of the step, the first ones of the set.
  ///   - seed: The seed of dropout.
  /// - Precondition: 0 < count ≤ images of the set.
  public init(
    of network: Network, in loader: BatchLoader, loss: CrossEntropy, count: Int, seed: Int,
    on pool: WorkerPool
  ) {
    precondition(
      count > 0 && count <= loader.images.count, "\(count) of \(loader.images.count) images")
    let pass = TrainingPass(network, loader, loss, count: count, seed: seed, on: pool)
    self = network.keepingStatistics {
      let center = pass.run(backward: true)
      let (parameter, index) = Self.steepest(in: network)
      let values = parameter.dense()
      let gradient = parameter.denseGradient()[index]
      let step = max(values[index].magnitude, 1 / 16) * Self.relativeStep
      func loss(at value: Float) -> Double {
        var moved = values
        moved[index] = value
        parameter.load(dense: moved)
        return pass.run(backward: false).loss
      }
      let (below, above) = (values[index] - step, values[index] + step)
      let losses = (loss(at: below), loss(at: above))
      parameter.load(dense: values)
      return StepExample(
        center, count: count, parameter: parameter.name, index: index, weight: values[index],
        gradient: gradient, step: (Double(above) - Double(below)) / 2, lossBelow: losses.0,
        lossAbove: losses.1)
    }
  }

  private init(
    _ center: TrainingPass.Outcome, count: Int, parameter: String, index: Int, weight: Float,
    gradient: Float, step: Double, lossBelow: Double, lossAbove: Double
  ) {
    logits = center.logits
    label = center.label
    firstLoss = center.firstLoss
    loss = center.loss
    (self.count, self.parameter, self.index, self.weight) = (count, parameter, index, weight)
    (self.gradient, self.step) = (gradient, step)
    (self.lossBelow, self.lossAbove) = (lossBelow, lossAbove)
  }

  /// Of the first layer with weights, the weight with the largest gradient. Its gradient has passed
  /// backward through the whole network.
  private static func steepest(in network: Network) -> (parameter: Parameter, index: Int) {
    guard let parameter = network.parameters.first(where: { $0.role == .weight }) else {
      preconditionFailure("\(network.name) has no weights")
    }
    let gradient = parameter.denseGradient()
    let index = gradient.indices.reduce(0) {
      gradient[$1].magnitude > gradient[$0].magnitude ? $1 : $0
    }
    return (parameter, index)
  }

  public var header: [String] { ["quantity", "value"] }

  /// The loss of the first image, computed step by step.
  public func firstLoss(labelSmoothing: Double, classNames: [String]) -> LossExample {
    LossExample(
      logits: logits, label: label, labelSmoothing: labelSmoothing, classNames: classNames,
      layerLoss: firstLoss)
  }

  /// The gradient and the slope, and how the slope is computed.
  public var rows: [[String]] {
    [
      ["weight w: number \(index) of \(parameter)", LossExample.text(Double(weight))],
      ["step h", String(format: "%.6f", step)],
      ["loss at w − h", String(format: "%.7f", lossBelow)],
      ["loss at w + h", String(format: "%.7f", lossAbove)],
      ["(loss above − loss below) / 2h", String(format: "%.5f", slope)],
      ["gradient by the backward pass", String(format: "%.5f", gradient)],
    ]
  }
}

/// Runs forward pass, loss and backward pass of one batch repeatedly.
private struct TrainingPass {
  struct Outcome {
    var logits: [Float]
    var label: Int
    var firstLoss: Double
    var loss: Double
  }

  let network: Network
  let loader: BatchLoader
  let loss: CrossEntropy
  let count: Int
  let origin: BatchOrigin
  let plan: NetworkPlan
  let probabilities: AlignedBuffer
  let pool: WorkerPool

  init(
    _ network: Network, _ loader: BatchLoader, _ loss: CrossEntropy, count: Int, seed: Int,
    on pool: WorkerPool
  ) {
    (self.network, self.loader, self.loss, self.count) = (network, loader, loss, count)
    origin = BatchOrigin(seed: seed, epoch: 1, position: 0)
    plan = NetworkPlan(network, mode: .training, capacity: count, on: pool)
    probabilities = AlignedBuffer(
      count: count * FeatureMapShape.paddedChannels(network.classes))
    self.pool = pool
  }

  func run(backward: Bool) -> Outcome {
    var labels = [ClassLabel](repeating: 0, count: count)
    var losses = [Double](repeating: 0, count: count)
    labels.withUnsafeMutableBufferPointer { labels in
      loader.load(
        Array(0..<count)[...], epoch: nil, into: plan.input(count: count), labels: labels, on: pool)
      plan.forward(count: count, origin: origin)
      losses.withUnsafeMutableBufferPointer { losses in
        loss.evaluate(
          plan.logits, labels: UnsafeBufferPointer(labels), losses: losses,
          probabilities: FeatureMap(base: probabilities.base, shape: plan.logits.shape),
          gradient: plan.logitsGradient)
      }
    }
    // Copied before the backward pass, which reuses the memory.
    let logits = Array(plan.logits.elements[..<network.classes])
    if backward { plan.backward() }
    return Outcome(
      logits: logits, label: Int(labels[0]), firstLoss: losses[0],
      loss: losses.reduce(0, +) / Double(count))
  }
}
