import Foundation

/// Softmax and cross-entropy of one image, computed step by step.
///
///     pₖ = exp(zₖ) / Σⱼ exp(zⱼ)     loss = −Σₖ qₖ · log pₖ     ∂loss/∂zₖ = pₖ − qₖ
///
/// with the smoothed target qₖ = (1 − τ) · [k is the true class] + τ / K.
public struct LossExample: Sendable {
  /// `[K]` each.
  public let logits: [Double]
  public let probabilities: [Double]
  public let targets: [Double]
  public let label: Int
  private let classNames: [String]
  private let layerLoss: Double?

  /// - Parameter layerLoss: The loss that the network's layer has computed, if it has.
  /// - Precondition: there is one logit for each class, and the label is a class.
  public init(
    logits: [Float], label: Int, labelSmoothing: Double, classNames: [String],
    layerLoss: Double? = nil
  ) {
    precondition(
      logits.count == classNames.count && classNames.indices.contains(label),
      "\(logits.count) logits and label \(label) of \(classNames.count) classes")
    self.logits = logits.map(Double.init)
    self.label = label
    self.layerLoss = layerLoss
    self.classNames = classNames
    // Subtracting the largest logit prevents overflow and does not change the quotient.
    let largest = self.logits.max() ?? 0
    let powers = self.logits.map { exp($0 - largest) }
    let sum = powers.reduce(0, +)
    probabilities = powers.map { $0 / sum }
    let spread = labelSmoothing / Double(logits.count)
    targets = logits.indices.map { ($0 == label ? 1 - labelSmoothing : 0) + spread }
  }

  /// −Σ q · log p.
  public var loss: Double {
    let largest = logits.max() ?? 0
    let logSum = log(logits.reduce(0) { $0 + exp($1 - largest) }) + largest
    return zip(logits, targets).reduce(0) { sum, pair in
      pair.1 > 0 ? sum - pair.1 * (pair.0 - logSum) : sum
    }
  }

  public var header: [String] {
    ["class", "logit z", "exp z", "p", "target q", "−q log p", "p − q"]
  }

  /// The loss computed here, and the one that the network's layer has computed.
  public var result: String? {
    layerLoss.map {
      String(format: "by hand %.5f, by the network's loss %.5f", loss, $0)
    }
  }

  /// With more classes than this, only the true class and the most probable ones are shown.
  private static let mostRows = 20

  /// A row for each class, or for the true one and the nine most probable; then the sums over all.
  public var rows: [[String]] {
    let order = logits.indices.sorted { (logits[$1], $0) < (logits[$0], $1) }
    let shown =
      logits.count <= Self.mostRows
      ? Array(logits.indices) : [label] + order.filter { $0 != label }.prefix(9)
    let rest =
      shown.count < logits.count
      ? [["… \(logits.count - shown.count) more"] + [String](repeating: "…", count: 6)] : []
    let powers = logits.reduce(0) { $0 + exp($1) }
    return shown.map(row) + rest + [
      ["sum", "", Self.text(powers), "1", "1", Self.text(loss), "0"]
    ]
  }

  private func row(_ index: Int) -> [String] {
    let (p, q) = (probabilities[index], targets[index])
    let term = q > 0 && p > 0 ? -q * log(p) : 0
    return [classNames[index] + (index == label ? " (true)" : "")]
      + [logits[index], exp(logits[index]), p, q, term, p - q].map(Self.text)
  }

  /// Four decimals, or scientific notation for values that are too small for them.
  static func text(_ value: Double) -> String {
    let isPlain = value == 0 || (0.00005..<100_000).contains(value.magnitude)
    return String(format: isPlain ? "%.4f" : "%.2e", value)
  }
}
