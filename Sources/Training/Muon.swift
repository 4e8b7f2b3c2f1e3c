import CheckedNumbers
import Declarations
import Kernels
import Layers

/// Muon: descent with momentum along orthogonal matrices, for the weights of convolutions and linear
/// layers; see `ParameterUpdates.muon`. The weight decay is subtracted from the weight.
///
/// The weights of a convolution are the matrix `[outputs, inputs · height · width]`; those of a bank
/// are one matrix for each of its sets.
public struct Muon: UpdateRule {
  public static let name = "muon"
  public static let about =
    "momentum whose step moves every direction of a weight matrix equally far, for convolutions"

  public static let steps = SettingKey(
    "newton-schulz-steps", 1...20, default: 3, about: "steps that make the matrix orthogonal"
  ).asAddition
  public static let rescaleEvery = SettingKey(
    "rescale-every", 0...1_000_000, default: 1,
    about: "steps after which the weight is brought back to the norm √outputs; 0 never does"
  ).asAddition
  public static let keys: [any DeclaredKey] = [SGD.momentum, SGD.nesterov, steps, rescaleEvery]

  private let momentum: Double
  private let nesterov: Bool
  private let steps: Int
  private let rescaleEvery: Int

  public init(_ settings: OptimizerSettings) {
    (momentum, nesterov) = (settings[SGD.momentum], settings[SGD.nesterov])
    (steps, rescaleEvery) = (settings[Self.steps], settings[Self.rescaleEvery])
  }

  public static func check(_ settings: OptimizerSettings) throws { try SGD.check(settings) }

  public static func accepts(_ parameter: Parameter) -> Bool { parameter.matrix != nil }

  public var memory: [String] { ["velocity"] }

  public var words: String {
    let rescaled = rescaleEvery == 0 ? "" : ", weights rescaled every \(rescaleEvery) steps"
    return "Muon: α = \(momentum)\(nesterov ? ", Nesterov's variant" : ""), "
      + "\(steps) Newton–Schulz steps\(rescaleEvery == 1 ? ", weights rescaled" : rescaled)"
  }

  public func scratchCount(for parameter: Parameter) -> Int {
    parameter.matrix.map { ParameterUpdates.muonScratchCount(for: $0) } ?? 0
  }

  public func update(_ parameter: ParameterStep, on pool: WorkerPool) {
    guard let matrix = parameter.matrix else {
      preconditionFailure("Muon for a vector of \(parameter.value.count) floats")
    }
    ParameterUpdates.muon(
      value: parameter.value, gradient: parameter.gradient, velocity: parameter.memory[0],
      matrix: matrix, scratch: parameter.scratch, rate: parameter.rate, momentum: momentum,
      nesterov: nesterov, weightDecay: parameter.weightDecay, steps: steps,
      rescales: rescaleEvery > 0 && (parameter.number - 1) % rescaleEvery == 0, on: pool)
  }
}

extension OptimizerSettings.Kind {
  public static let muon = Self(Muon.self)
}
