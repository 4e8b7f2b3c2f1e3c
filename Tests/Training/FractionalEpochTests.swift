import Foundation
import Records
import Testing
import Training

/// Runs whose last epoch is a fraction of one.
@Suite struct FractionalEpochTests {
  private let training = Fixture.images(70, of: .train)
  private let validation = Fixture.images(30, of: .train)

  /// 70 images in steps of 16: five steps an epoch, the fifth of 6 images.
  @Test(
    arguments: [
      (2.4, 3, 32), (2.8, 3, 64),
      (0.01, 1, 16),  // one step at least
      (2, 2, 70),
    ] as [(Double, Int, Int)])
  func theLastEpochEndsAfterItsPart(_ epochs: Double, _ count: Int, _ images: Int) throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    let trainer = try fixture.trainer(
      Fixture.settings(epochs: epochs), work: "w", training: training, validation: validation)
    #expect(trainer.lastEpoch == count)
    var done: [Int] = []
    while !trainer.isFinished {
      let epoch = trainer.epoch
      var last = 0
      _ = try trainer.runEpoch(progress: { images, _ in last = images })
      #expect(last == trainer.images(inEpoch: epoch))
      done.append(last)
    }
    #expect(done == [Int](repeating: 70, count: count - 1) + [images])
    #expect(trainer.history.map(\.epoch) == Array(1...count))
    #expect(trainer.history.last?.validation?.loss.isFinite == true)
  }

  /// A number of epochs next to a whole number is a different run; 3.0 is the same as 3.
  @Test func wholeEpochsAreAsBefore() throws {
    let fixture = try Fixture()
    defer { fixture.remove() }
    func rates(_ epochs: Double) throws -> [Double] {
      let trainer = try fixture.trainer(
        Fixture.settings(epochs: epochs, schedule: Schedule(kind: .linear)), work: "\(epochs)",
        training: training, validation: validation)
      try trainer.run()
      return trainer.history.map(\.learningRate)
    }
    // The last steps: of 15, number 4, 9 and 14.
    for (found, step) in zip(try rates(3), [4.0, 9, 14]) {
      #expect(abs(found - 0.05 * (1 - step / 15)) < 1e-12)
    }
    // Of 12 steps, number 4, 9 and 11.
    for (found, step) in zip(try rates(2.4), [4.0, 9, 11]) {
      #expect(abs(found - 0.05 * (1 - step / 12)) < 1e-12)
    }
  }

  @Test func progressCountsTheFraction() {
    func progress(epoch: Int, done: Int, of images: Int) -> TrainingProgress {
      TrainingProgress(
        network: "n", epoch: epoch, lastEpoch: 3, lastEpochFraction: 0.5, imagesDone: done,
        imagesInEpoch: images, imagesPerSecond: 10, loss: 1, isSelectedOnTest: false,
        dataStatus: .generated, confusions: [])
    }
    #expect(progress(epoch: 2, done: 25, of: 100).fraction == 0.5)  // 125 of 250 images
    #expect(progress(epoch: 2, done: 25, of: 100).secondsLeft == 12.5)
    #expect(progress(epoch: 3, done: 25, of: 50).fraction == 0.9)
    #expect(abs((progress(epoch: 3, done: 25, of: 50).secondsLeft ?? 0) - 2.5) < 1e-12)
  }
}
