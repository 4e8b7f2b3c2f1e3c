import Training

extension OptimizerSettings {
  /// The optimiser and its constants, in a line of a chapter.
  public var words: String {
    switch kind {
    case .sgd where momentum == 0: "plain descent: α = 0"
    case .sgd: "momentum: α = \(momentum)" + (nesterov ? ", Nesterov's variant" : "")
    case .adam: "Adam: β₁ = \(beta1) for m, β₂ = \(beta2) for u"
    case .adamw: "Adam with decay apart from the gradient: β₁ = \(beta1) for m, β₂ = \(beta2) for u"
    }
  }
}
