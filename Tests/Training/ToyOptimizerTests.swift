import CheckedNumbers
import Declarations
import Foundation
import Kernels
import Models
import Testing
import Training

/// An optimiser that is not among the rules; all its code is in this file. A step uses the sign of
/// a running mean of the gradient.
///
///     mean = inertia · mean + (1 − inertia) · gradient        value −= rate · (sign(mean) + decay · value)
private struct SignDescent: UpdateRule {
  static let name = "sign"
  static let about = "steps by the sign of the mean gradient"
  static let inertia = SettingKey(
    "inertia", SettingRange(least: 0, below: 1), default: 0.5, about: "share of the old mean")
  static let keys: [any DeclaredKey] = [inertia]

  private let inertia: Float

  init(_ settings: OptimizerSettings) { inertia = Float(settings[Self.inertia]) }

  var memory: [String] { ["mean"] }
  var words: String { "signs: inertia \(inertia)" }

  func update(_ parameter: ParameterStep, on pool: WorkerPool) {
    let (value, gradient) = (parameter.value.base, parameter.gradient.base)
    let mean = parameter.memory[0].base
    let (rate, decay) = (Float(parameter.rate), Float(parameter.weightDecay))
    pool.forEachRange(of: parameter.value.count, size: 1024) { range, _ in
      for index in range {
        mean[index] = inertia * mean[index] + (1 - inertia) * gradient[index]
        let sign: Float = mean[index] > 0 ? 1 : mean[index] < 0 ? -1 : 0
        value[index] -= rate * (sign + decay * value[index])
      }
    }
  }
}

@Suite struct ToyOptimizerTests {
  private let training = Fixture.images(48, of: .train)
  private let validation = Fixture.images(12, of: .train)

  private func settings(inertia: Double) -> TrainingSettings {
    var settings = Fixture.settings(epochs: 3)
    settings.optimizer = OptimizerSettings(
      kind: .init(SignDescent.self), learningRate: 1e-3, weightDecay: 1e-2,
      own: ["inertia": .number(inertia)])
    return settings
  }

  /// Its memory is saved with the state of an interrupted training.
  @Test func sameBytesStoppedOrNot() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let (whole, pieces, stops) = try fixture.whole(
      settings(inertia: 0.75), andStoppedAfter: 2, training: training, validation: validation)
    #expect(pieces == whole && stops >= 3)
  }

  @Test func itTrainsAndItsKeyCounts() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    func losses(_ inertia: Double) throws -> [Double] {
      let trainer = try fixture.trainer(
        settings(inertia: inertia), work: "work-\(inertia)", training: training,
        validation: validation)
      try trainer.run()
      return trainer.history.map(\.train.loss)
    }
    let (first, second) = (try losses(0.75), try losses(0))
    #expect(first.count == 3 && first.allSatisfy(\.isFinite) && first[2] < first[0], "\(first)")
    #expect(first != second)
  }

  @Test(arguments: [-0.1, 1, .nan])
  func itsRangeIsChecked(_ inertia: Double) {
    let error = #expect(throws: SettingOutOfRange.self) {
      try settings(inertia: inertia).check()
    }
    #expect(error?.key == "train.optimizer.inertia" && error?.expected == "0 to less than 1")
  }

  /// Its keys are available in recipes, `keys` and completion.
  @Test func itsKeysAreDeclared() throws {
    let keys = OptimizerSettings.recipeKeys(of: OptimizerSettings.rules + [SignDescent.self])
    let kind = try #require(keys.first)
    #expect(kind.kind == .choice(["sgd", "adam", "adamw", "muon", "sign"]))
    #expect(kind.about.hasSuffix("; sign: steps by the sign of the mean gradient"))
    let inertia = try #require(keys.first { $0.name == "train.optimizer.inertia" })
    #expect(inertia.defaultValue == 0.5 && inertia.about == "share of the old mean (sign)")
    #expect(inertia.conditions.first == [.init("train.optimizer.kind", in: ["sign"])])
    // The keys also exist for each group, where a missing value is that of the section.
    let own = try #require(keys.first { $0.name == "train.optimizer.norms.inertia" })
    #expect(own.kind == inertia.kind && own.defaultValue == nil && own.isAddition)
    #expect(
      own.conditions == [
        [.init("train.optimizer.norms.kind", in: ["sign"])],
        [.absent("train.optimizer.norms.kind"), .init("train.optimizer.kind", in: ["sign"])],
      ])
    #expect(inertia.conditions.contains([.init("train.optimizer.norms.kind", in: ["sign"])]))
    #expect(Set(keys.map(\.name)).count == keys.count)
    #expect(settings(inertia: 0.5).optimizer.words == "signs: inertia 0.5")
  }
}

/// How a stage reads `train.optimizer`.
@Suite struct OptimizerSettingsTests {
  private static var sound: [String: Any] {
    [
      "kind": "adam", "learning-rate": 0.01, "weight-decay": 0, "decay-norms-and-biases": false,
      "momentum": 0.5, "nesterov": true, "beta1": 0.8, "beta2": 0.99, "epsilon": 1e-6,
    ]
  }

  private func read(_ settings: [String: Any]) throws -> OptimizerSettings {
    try JSONDecoder().decode(
      OptimizerSettings.self, from: JSONSerialization.data(withJSONObject: settings))
  }

  @Test func valuesAreRead() throws {
    let settings = try read(Self.sound)
    #expect(settings.kind == .adam && settings.learningRate == 0.01)
    #expect(settings.weightDecay == 0 && !settings.decayNormsAndBiases)
    #expect(settings[Adam.beta1] == 0.8 && settings[Adam.beta2] == 0.99)
    #expect(settings[Adam.epsilon] == 1e-6 && settings.momentum == 0.5 && settings.nesterov)
  }

  /// Keys of the selected rule must be present; others may be missing.
  @Test(arguments: sound.keys.sorted())
  func aKeyIsMissed(_ name: String) throws {
    var settings = Self.sound
    settings[name] = nil
    if ["momentum", "nesterov"].contains(name) {
      #expect(try read(settings).kind == .adam)
    } else {
      let error = #expect(throws: DecodingError.self) { try read(settings) }
      #expect("\(String(describing: error))".contains(name))
    }
  }

  @Test(arguments: ["", "Adam", "sign"])
  func otherKindsAreRefused(_ name: String) {
    var settings = Self.sound
    settings["kind"] = name
    #expect(throws: DecodingError.self) { try read(settings) }
  }

  @Test(arguments: ["momentum", "beta1", "nesterov", "learning-rate"])
  func otherTypesAreRefused(_ name: String) {
    var settings = Self.sound
    settings[name] = "much"
    #expect(throws: DecodingError.self) { try read(settings) }
  }
}
