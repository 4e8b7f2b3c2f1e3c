import Explanations
import Testing
import Training

@Suite struct OptimizerWordsTests {
  @Test(arguments: [
    (OptimizerSettings(kind: .sgd, learningRate: 1), "plain descent: α = 0"),
    (OptimizerSettings(kind: .sgd, learningRate: 1, momentum: 0.9), "momentum: α = 0.9"),
    (
      OptimizerSettings(kind: .sgd, learningRate: 1, momentum: 0.9, nesterov: true),
      "momentum: α = 0.9, Nesterov's variant"
    ),
  ])
  func theOptimizerIsNamedWithItsConstants(settings: OptimizerSettings, words: String) {
    #expect(settings.words == words)
  }

  @Test func adamHasTwoMeans() {
    let settings = OptimizerSettings(kind: .adam, learningRate: 1)
    let (beta1, beta2) = (settings[Adam.beta1], settings[Adam.beta2])
    #expect(settings.words == "Adam: β₁ = \(beta1) for m, β₂ = \(beta2) for u")
  }
}
