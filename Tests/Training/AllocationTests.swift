import Allocations
import Augmentation
import Foundation
import Models
import Testing
import Training

/// Steps allocate nothing on the heap: all memory is allocated before the first step.
///
/// Each training runs in a separate process, in which no other test allocates memory.
@Suite(.enabled(if: allocations_can_be_counted())) struct AllocationTests {
  @Test(
    arguments: NetworkCatalog.families.map(\.example), [1, 2])
  func `a step of each network takes nothing`(_ network: String, _ threads: Int) async {
    await #expect(processExitsWith: .success) { [network, threads] in
      var settings = Fixture.settings(network: network, width: nil, epochs: 2)
      settings.optimizer.weightDecay = 0
      try expectNoAllocations(settings, threads: threads)
    }
  }

  @Test(arguments: OptimizerSettings.rules.map { $0.name }, [1, 2])
  func `what recipes add takes nothing`(_ optimizer: String, _ threads: Int) async {
    await #expect(processExitsWith: .success) { [optimizer, threads] in
      let kind = try #require(OptimizerSettings.Kind(rawValue: optimizer))
      var settings = Fixture.settings(network: "resnet8", width: 4, epochs: 2)
      settings.optimizer.kind = kind
      settings.optimizer.groups = [
        .norms: GroupSettings(kind: .sgd, learningRate: 0.01, own: ["momentum": 0.5]),
        .biases: GroupSettings(kind: .sgd, epochs: 0.5),
      ]
      settings.accumulate = 2
      settings.clipNorm = 0.01
      settings.average.decay = 0.9
      settings.imageSide = ImageSides(sides: [24, 31], fromEpochs: [1, 2])
      settings.loss = LossSettings(labelSmoothing: 0.1, klWeight: 0.5)
      settings.augment = [
        .crop(padding: 4, fill: .reflect), .flip(probability: 0.5), .rotate(degrees: 15),
        .affine(degrees: 10, translate: 0.1, scale: 0.9..<1.1),
        .colorJitter(ColorJitter(brightness: 0.2, contrast: 0.2, saturation: 0.2, hue: 0.1)),
        .cutout(side: 8, fill: .zero), .alternatingFlip,
      ]
      try expectNoAllocations(settings, threads: threads)
    }
  }

  /// Checks the counter itself: one that never counts would let all tests pass.
  @Test func `an array is counted`() async {
    await #expect(processExitsWith: .success) {
      allocations_start_counting()
      let numbers = (0..<Int.random(in: 100...200)).map { $0 }
      #expect(allocations_stop_counting() > 0 && numbers.count >= 100)
    }
  }
}

/// Trains for two epochs of 7 images in batches of 2, and counts allocations from the first step of
/// the second epoch to its last, which has one image.
private func expectNoAllocations(
  _ settings: TrainingSettings, threads: Int, sourceLocation: SourceLocation = #_sourceLocation
) throws {
  let fixture = try Fixture()
  defer { fixture.remove() }
  var settings = settings
  settings.batch = 2
  settings.checkpoint.every = 0
  settings.checkpoint.epochs = []
  let count = 7
  let trainer = try fixture.trainer(
    settings, work: "work", training: Fixture.images(count, of: .train),
    validation: Fixture.images(3, of: .train), threads: threads)
  _ = try trainer.runEpoch()
  var allocations: Int?
  _ = try trainer.runEpoch(progress: { done, _ in
    if done == count {
      allocations = allocations_stop_counting()
    } else if done <= settings.batch * settings.accumulate {
      allocations_start_counting()
    }
  })
  #expect(allocations == 0, sourceLocation: sourceLocation)
}
