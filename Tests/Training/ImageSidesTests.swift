import CheckedNumbers
import Datasets
import Foundation
import Inference
import Kernels
import Loading
import Models
import TensorFiles
import Testing
import Training

/// Smaller images in early epochs.
@Suite struct ImageSidesTests {
  private let training = Fixture.images(70, of: .train)
  private let validation = Fixture.images(30, of: .test, selectedOnTest: true)
  private let sides = ImageSides(sides: [16, 24, 32], fromEpochs: [1, 2, 4])

  @Test func eachSideHoldsFromItsEpoch() {
    #expect((1...5).map { sides.side(inEpoch: $0, full: 32) } == [16, 24, 24, 32, 32])
    #expect(ImageSides().side(inEpoch: 1, full: 32) == 32)
    let late = ImageSides(sides: [16, 32], fromEpochs: [2, 3])
    #expect((1...3).map { late.side(inEpoch: $0, full: 32) } == [32, 16, 32])
    #expect(sides.all(from: 1, full: 32) == [32, 24, 16])
    #expect(sides.all(from: 4, full: 32) == [32] && sides.all(from: 3, full: 32) == [32, 24])
    #expect(
      late.all(from: 1, full: 32) == [32, 16] && ImageSides().all(from: 9, full: 227) == [227])
    // Epochs 2 and 3 have 24² pixels, epochs 4 and 5 have 32², next to 16² in epoch 1.
    #expect(sides.weightedCount(from: 2, to: 5, full: 32) == 2 * 2.25 + 2 * 4)
    #expect(sides.weightedCount(from: 6, to: 5, full: 32) == 0)
  }

  @Test(
    arguments: [
      ([24], []), ([], [1]), ([24, 28], [1]), ([24, 28], [4, 4]), ([24, 28], [4, 1]), ([7], [1]),
      ([257], [1]), ([24], [0]),
    ] as [([Int], [Int])])
  func otherListsAreRefused(_ sides: [Int], _ epochs: [Int]) throws {
    let error = try #require(throws: SettingOutOfRange.self) {
      try ImageSides(sides: sides, fromEpochs: epochs).check()
    }
    #expect("\(error)".hasPrefix("train.image-side.") && !"\(error)".contains("\n"))
  }

  /// 5 steps per epoch, stopped after every step: before, at and after each change of the side.
  @Test(arguments: ["resnet8", "airbench"])
  func sameBytesStoppedOrNot(_ network: String) throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    var settings = Fixture.settings(network: network, width: nil, epochs: 4, rate: 0.01)
    if network == "resnet8" { settings.architecture = NetworkConfiguration(width: 4) }
    if network == "airbench" { settings.architecture = NetworkConfiguration(widths: [4, 6]) }
    settings.imageSide = sides
    let (whole, pieces, stops) = try fixture.whole(
      settings, andStoppedAfter: 1, training: training, validation: validation)
    #expect(pieces == whole && !pieces.isEmpty && stops >= 16)
    settings.imageSide = ImageSides()
    let plain = try fixture.trainer(
      settings, work: "plain", training: training, validation: validation)
    try plain.run()
    #expect(try fixture.publish(plain, as: "plain-out") != whole, "the side changes the result")
  }

  /// Sides equal to the full side change nothing.
  @Test func theFullSideIsTheSideWithout() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    func files(_ sides: ImageSides, _ name: String) throws -> [String: Data] {
      var settings = Fixture.settings(epochs: 2)
      settings.imageSide = sides
      let trainer = try fixture.trainer(
        settings, work: name, training: training, validation: validation)
      try trainer.run()
      return try fixture.publish(trainer, as: "\(name)-out")
    }
    #expect(
      try files(ImageSides(sides: [32], fromEpochs: [1]), "sided") == files(ImageSides(), "plain"))
  }

  @Test func validationIsAtTheFullSide() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    var settings = Fixture.settings(epochs: 1)
    settings.imageSide = ImageSides(sides: [16], fromEpochs: [1])
    let trainer = try fixture.trainer(
      settings, work: "w", training: training, validation: validation)
    #expect(trainer.imageSide == 16 && trainer.subject.contains(", of 16 pixels from epoch 1"))
    try trainer.run()
    _ = try fixture.publish(trainer, as: "out")
    let figures = try Evaluation(
      "last", fixture.file("out/last.safetensors"),
      on: BatchLoader(
        validation, normalization: .constants(mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5])),
      pool: WorkerPool(threadCount: 1)
    ).figures
    #expect(figures.loss == trainer.history.last?.validation?.loss)
  }

  @Test func aNetworkOfOneSideIsRefusedBeforeTraining() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    func problem(_ network: String, _ side: Int) -> TrainingError? {
      var settings = Fixture.settings(network: network, width: nil, epochs: 1)
      settings.imageSide = ImageSides(sides: [side], fromEpochs: [1])
      return #expect(throws: TrainingError.self) {
        try fixture.trainer(settings, work: "w", training: training, validation: validation)
      }
    }
    #expect(
      problem("small-cnn", 24)
        == .imageSide(side: 24, full: 32, network: "small-cnn", layer: "fc1"))
    #expect(
      problem("resnet8", 40) == .imageSide(side: 40, full: 32, network: "resnet8", layer: nil))
    for layer in [nil, "fc1"] {
      let message = TrainingError.imageSide(
        side: 24, full: 32, network: "small-cnn", layer: layer
      ).message
      #expect(message.hasPrefix("train.image-side.sides: ") && !message.contains("\n"))
    }
  }
}
