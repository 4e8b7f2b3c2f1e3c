import CheckedNumbers
import Foundation
import Kernels
import Layers
import Models
import TensorFiles
import TestSupport
import Testing
import Training

/// Groups of parameters: their members, settings and epochs.
@Suite struct ParameterGroupTests {
  private let pool = WorkerPool(threadCount: 2)
  private let training = Fixture.images(70, of: .train)
  private let validation = Fixture.images(30, of: .train)

  @Test(
    arguments: [
      ("resnet8", [.convolutions: 9, .norms: 18, .biases: 1, .head: 1]),
      // Hidden linear layers belong to no group.
      ("alexnet", [.convolutions: 5, .norms: 10, .biases: 8, .head: 1, nil: 2]),
      ("airbench", [.convolutions: 6, .norms: 6, .head: 1, .whitening: 1]),
      ("linear", [.biases: 1, .head: 1]),
    ] as [(String, [ParameterGroup?: Int])])
  func aNetworksParametersAreGrouped(_ name: String, _ expected: [ParameterGroup?: Int]) throws {
    let parameters = try NetworkCatalog.network(named: name, classes: 10).parameters
    let trained = zip(parameters, ParameterGroup.groups(of: parameters)).filter {
      $0.0.isTrainable
    }
    var counts: [ParameterGroup?: Int] = [:]
    for (_, group) in trained { counts[group, default: 0] += 1 }
    #expect(counts == expected)
  }

  @Test func theNameOfALayerGoesFirst() {
    func conv(_ name: String) -> [Parameter] {
      Convolution(
        name: name, inputChannels: 3, outputChannels: 4, kernelSize: 2, padding: 0, hasBias: true
      ).parameters
    }
    let groups = ParameterGroup.groups(
      of: conv("stem.whitening") + conv("whitenings") + BatchNorm(name: "n", channels: 4).parameters
    )
    #expect(
      groups == [.whitening, .whitening, .convolutions, .biases, .norms, .norms, nil, nil])
  }

  /// Each group is updated bit-identically to an optimiser with only its settings.
  @Test func eachGroupTrainsByItsOwnSettings() throws {
    let group = GroupSettings(
      kind: .adam, learningRate: 0.01, weightDecay: 0.1, own: ["beta1": 0.7])
    let section = OptimizerSettings(
      kind: .sgd, learningRate: 0.2, momentum: 0.9, weightDecay: 0.01)
    var grouped = section
    grouped.groups = [.norms: group, .biases: GroupSettings(learningRate: 0.4)]
    func values(_ settings: OptimizerSettings, factor: Double) -> [[Float]] {
      let parameters =
        Convolution(
          name: "conv", inputChannels: 3, outputChannels: 4, kernelSize: 3, padding: 1,
          hasBias: true
        ).parameters + BatchNorm(name: "norm", channels: 4).parameters
      let optimizer = Optimizer(settings, for: parameters)
      for parameter in parameters {
        parameter.load(dense: (0..<parameter.elementCount).map { Float($0 % 7) / 7 })
      }
      for step in 0..<3 {
        for parameter in parameters where parameter.gradient != nil {
          parameter.pack(
            (0..<parameter.elementCount).map { Float(($0 + step) % 5) / 5 - 0.3 },
            into: parameter.gradient!)
        }
        optimizer.step(rate: settings.learningRate * factor, on: pool)
      }
      return parameters.filter(\.isTrainable).map { $0.dense() }
    }
    let found = values(grouped, factor: 0.5)
    let bySection = values(section, factor: 0.5)
    let byNorms = values(
      OptimizerSettings(
        kind: .adam, learningRate: 0.01, weightDecay: 0.1, own: ["beta1": 0.7]), factor: 0.5)
    var doubled = section
    doubled.learningRate = 0.4
    let byBiases = values(doubled, factor: 0.5)
    #expect(found[0] == bySection[0] && found[0] != byBiases[0])
    #expect(found[1] == byBiases[1] && found[1] != bySection[1])
    #expect(found[2...] == byNorms[2...] && found[2] != bySection[2])
  }

  @Test func settingsAreInherited() throws {
    let settings = OptimizerSettings(
      kind: .sgd, learningRate: 0.2, weightDecay: 0.01, decayNormsAndBiases: false,
      groups: [
        .norms: GroupSettings(learningRate: 0.05),
        .biases: GroupSettings(kind: .adam, weightDecay: 0.3, own: ["momentum": 0.5]),
      ], own: ["momentum": 0.9, "nesterov": true, "beta1": 0.6])
    let norms = settings.settings(of: .norms)
    #expect(norms.kind == .sgd && norms.learningRate == 0.05 && norms.momentum == 0.9)
    #expect(norms.weightDecay(of: .normBias) == 0 && norms.groups.isEmpty)
    let biases = settings.settings(of: .biases)
    #expect(biases.kind == .adam && biases.learningRate == 0.2 && biases[Adam.beta1] == 0.6)
    #expect(biases.momentum == 0.5 && biases.nesterov)
    // If the group sets the decay, it applies to biases too.
    #expect(biases.weightDecay(of: .bias) == 0.3)
    #expect(
      settings.words == "momentum: α = 0.9, Nesterov's variant; "
        + "norms: momentum: α = 0.9, Nesterov's variant, η = 0.05; "
        + "biases: Adam: β₁ = 0.6 for m, β₂ = 0.999 for u, η = 0.2")
  }

  @Test func groupsAreReadFromTheSettings() throws {
    func read(_ group: String) throws -> OptimizerSettings {
      let text = #"""
        {"kind": "sgd", "learning-rate": 0.1, "weight-decay": 0, "momentum": 0.9,
         "nesterov": true, "decay-norms-and-biases": true, "norms": {"kind": null, "epochs": null},
         "biases": \#(group)}
        """#
      return try JSONDecoder().decode(OptimizerSettings.self, from: Data(text.utf8))
    }
    let settings = try read(
      #"{"kind": "adam", "learning-rate": 1, "epochs": 0.25, "beta1": 0.5, "momentum": null}"#)
    #expect(settings.groups.keys.map(\.rawValue) == ["biases"])
    let biases = try #require(settings.groups[.biases])
    #expect(biases.kind == .adam && biases.learningRate == 1 && biases.epochs == 0.25)
    #expect(biases.weightDecay == nil && biases.own == ["beta1": 0.5])
    for wrong in [
      #"{"kind": "sign"}"#, #"{"kind": 3}"#, #"{"epochs": "x"}"#, #"{"beta1": true}"#, "3",
    ] {
      #expect(throws: DecodingError.self, "\(wrong)") { try read(wrong) }
    }
  }

  @Test func rangesHoldForGroups() {
    for (group, key) in [
      (GroupSettings(learningRate: 0), "learning-rate"),
      (GroupSettings(weightDecay: -1), "weight-decay"),
      (GroupSettings(epochs: -0.5), "epochs"), (GroupSettings(own: ["beta1": 1]), "beta1"),
    ] {
      var settings = Fixture.settings(epochs: 1)
      settings.optimizer.groups[.head] = group
      let error = #expect(throws: SettingOutOfRange.self) { try settings.check() }
      #expect(error?.key == "train.optimizer.head.\(key)")
    }
  }

  @Test func whatCannotBeIsRefused() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    func refusal(_ group: ParameterGroup, _ settings: GroupSettings) throws -> String {
      var all = Fixture.settings(epochs: 1)
      all.optimizer.groups[group] = settings
      let error = #expect(throws: TrainingError.self) {
        try fixture.trainer(all, work: "w", training: training, validation: validation)
      }
      return error?.message ?? "none"
    }
    #expect(
      try refusal(.whitening, GroupSettings(epochs: 0))
        == "train.optimizer.whitening is for the weights and biases of a layer called 'whitening', "
        + "and the network has none; leave it out")
    let nesterov = try refusal(.norms, GroupSettings(own: ["momentum": 0]))
    #expect(
      nesterov.hasPrefix(
        "the optimiser of norms, from train.optimizer.norms and train.optimizer: train.optimizer.nesterov is true"
      ), "\(nesterov)")
  }

  /// Two groups with other rules; one is frozen in the middle of the second epoch.
  private var settings: TrainingSettings {
    var settings = Fixture.settings(
      epochs: 3, schedule: Schedule(kind: .triangular, start: 0.5, peak: 0.5))
    settings.clipNorm = 1
    settings.optimizer.groups = [
      .convolutions: GroupSettings(epochs: 1.4),
      .norms: GroupSettings(kind: .adam, learningRate: 0.01),
      .head: GroupSettings(epochs: 0),
    ]
    return settings
  }

  @Test func sameBytesStoppedOrNot() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let (whole, pieces, stops) = try fixture.whole(
      settings, andStoppedAfter: 2, training: training, validation: validation)
    #expect(pieces == whole && stops >= 7)
  }

  /// Convolutions change in 7 of 15 steps (1.4 epochs of 5), the head in none, the others in all.
  @Test func aGroupIsFrozenAfterItsEpochs() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let trainer = try fixture.trainer(
      settings, work: "w", training: training, validation: validation)
    let parameters = trainer.network.parameters
    // The first parameter of each group.
    var firsts: [ParameterGroup: Int] = [:]
    for (index, group) in ParameterGroup.groups(of: parameters).enumerated() {
      if let group, firsts[group] == nil { firsts[group] = index }
    }
    #expect(firsts.count == 4)
    var before = parameters.map { $0.dense() }
    var moves: [ParameterGroup: Int] = [:]
    while !trainer.isFinished {
      _ = try trainer.runEpoch(progress: { _, _ in
        for (group, index) in firsts {
          let value = parameters[index].dense()
          if value != before[index] { moves[group, default: 0] += 1 }
          before[index] = value
        }
      })
    }
    #expect(moves == [.convolutions: 7, .norms: 15, .biases: 15])
  }

  /// The schedule of a group runs over its own epochs; the minimum rate is scaled in proportion.
  @Test func ratesOfGroups() {
    var settings = Fixture.settings(
      epochs: 8, rate: 0.4, schedule: Schedule(kind: .cosine, minimum: 0.1))
    settings.optimizer.groups = [
      .norms: GroupSettings(learningRate: 0.04), .head: GroupSettings(epochs: 2),
      .biases: GroupSettings(epochs: 0.25), .whitening: GroupSettings(epochs: 0.01),
    ]
    let rates = GroupRates(settings)
    func rate(_ group: ParameterGroup?, _ epoch: Int, _ step: Int = 0) -> Double? {
      rates.rate(of: group, at: StepPlace(epoch: epoch, step: step, of: 4), history: [])
    }
    func expect(_ found: Double?, _ expected: Double) {
      #expect(found.map { abs($0 - expected) < 1e-12 } == true, "\(String(describing: found))")
    }
    expect(rate(nil, 5), 0.25)  // half way from 0.4 to 0.1
    expect(rate(.norms, 5), 0.025)  // the same of 0.04, down to 0.01
    expect(rate(.convolutions, 5), 0.25)  // without settings of its own
    expect(rate(.head, 2), 0.25)  // half way of two epochs
    #expect(rate(.head, 3) == nil)
    expect(rate(.biases, 1), 0.4)
    #expect(rate(.biases, 1, 1) == nil)  // a quarter of four steps is one
    expect(rate(.whitening, 1), 0.4)  // one step at least
    #expect(rate(.whitening, 1, 1) == nil)
    #expect(rates.freezes)
  }

  /// States of versions without groups can be loaded; the file does not mention groups.
  @Test func theStateNamesNoGroups() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let trainer = try fixture.trainer(
      Fixture.settings(epochs: 1), work: "w", training: training, validation: validation)
    try trainer.run()
    _ = try fixture.publish(trainer, as: "out")
    let names = try fixture.file("out/resume.safetensors").names.filter {
      $0.hasPrefix("optimizer.")
    }
    let trained = trainer.network.parameters.filter(\.isTrainable).map(\.name)
    #expect(Set(names) == Set(trained.map { "optimizer.velocity.\($0)" }))
  }
}
